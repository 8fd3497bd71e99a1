"""Deciding a recorded command again, from what its record says was asked and read.

Retry after a lost race, every writer and `audit` take this same walk. If it cannot give the same answer, the
record is void, or the decision is wrong, never the audit. Answers are kept beside the repository by commit;
the file may be deleted at any time.
"""

import json
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from govern import __version__
from govern.domain.capabilities import decide, revive
from govern.domain.decision import Refused
from govern.domain.fold import fold, guard
from govern.domain.policy import SHIPPED_RULES, Actor
from govern.domain.records import Record
from govern.domain.state import State
from govern.domain.windows import after
from govern.ledger.faults import Fault
from govern.ledger.history import LedgerCommit
from govern.ledger.records import KIND, envelope
from govern.operations.reading import Inputs, MissingInputError, RecordedDocuments
from govern.operations.tables import named_in

# Inconclusive (rules not shipped) counts as sound, with a finding; everything else has no effect.
VOIDING = ("would_refuse", "body_differs", "void", "policy_not_in_force", "input_missing", "future")
AHEAD = "PT5M"  # clocks may differ by this much
# What a record that was made by hand can do to code that expects those of this program.
MISMADE = (
    ArithmeticError,
    AssertionError,
    AttributeError,
    LookupError,
    RecursionError,
    TypeError,
    ValueError,
)


@dataclass(frozen=True, slots=True)
class Judged:
    """`fault` is empty where deciding again gives the same records; else its name among the audit codes."""

    fault: str = ""
    message: str = ""
    again: tuple[str, ...] = ()  # what deciding again said

    @property
    def code(self) -> str:
        """The code of a fault that takes the effect from the records; else empty."""
        return str(Fault[self.fault.upper()]) if self.fault in VOIDING else ""


def decide_again(state: State, inputs: Inputs, records: Sequence[Record], committed: str) -> Judged:
    """The command of `records`, decided on the state before it and on exactly what it read.

    `committed` is the time of its commit of the ledger, which those who write honestly take from the record.
    """
    lead = records[0]
    try:
        return (
            _timed(state, records, committed)
            or _envelope(state, records)
            or _decide_again(state, inputs, records)
        )
    except MissingInputError as error:
        return Judged("input_missing", error.lacking)
    except MISMADE as error:
        what = (lead.asked or {}).get("do")
        return Judged("would_refuse", f"`{what}` cannot be decided as asked: {type(error).__name__} {error}")


def _envelope(state: State, records: Sequence[Record]) -> Judged | None:
    """What the records say about themselves, before anything is decided."""
    lead = records[0]
    lacking = [digest for record in records for digest in named_in(record)]
    if lacking:
        return Judged("input_missing", f"{lacking[0]} is not in the ledger")
    if state.policy is not None and any(dict(r.policy) != state.policy.stamp for r in records):
        epoch = next(r.policy.get("epoch") for r in records if dict(r.policy) != state.policy.stamp)
        return Judged("policy_not_in_force", f"it names epoch {epoch}, in force is {state.policy.epoch}")
    try:
        code = guard(state, records)
    except MISMADE:
        code = Fault.VOID
    shared = [(r.at, r.happened_at, r.actor, r.claimed, r.main, r.policy) for r in records]
    if code or any(envelope != shared[0] for envelope in shared):
        return Judged("void", f"{lead.actor} may not write {lead.event} here, or it does not fit what stands")
    misshapen = next((record for record in records if not well_formed(record)), None)
    if misshapen is not None:
        return Judged("void", f"{misshapen.name} does not fit the schema of {misshapen.event}")
    return None


def _timed(state: State, records: Sequence[Record], committed: str) -> Judged | None:
    """A time that its own commit does not bear out, so that nobody can drive the ledger's time by hand."""
    lead = records[0]
    if lead.happened_at is not None and lead.happened_at > lead.at:
        return Judged("void", f"it happened {lead.happened_at}, after it was recorded {lead.at}")
    if state.clock != "simulated" and lead.at > after(committed, AHEAD):
        return Judged("future", f"{lead.at} lies ahead of its commit of {committed}")
    return None


def well_formed(record: Record) -> bool:
    """Whether body and envelope fit their schemas: what a fold, a check or a screen may rely on."""
    from govern.documents import schemas

    whole = {"kind": KIND, **envelope(record), "uses": list(record.uses), "body": dict(record.body)}
    return schemas.fits(f"records/{record.event.replace('/', '.')}", whole["body"]) and schemas.fits(
        "records/record.1", whole
    )


def _decide_again(state: State, inputs: Inputs, records: Sequence[Record]) -> Judged:
    lead = records[0]
    rules = lead.policy["rules"]
    if rules not in SHIPPED_RULES:
        return Judged("rules_not_shipped", f"decided by rules {rules}; this version has {SHIPPED_RULES[-1]}")
    command = revive(lead.asked or {}, lead.body)
    if command is None:
        return Judged("rules_not_shipped", f"this version does not know `{(lead.asked or {}).get('do')}`")
    folder = state.folder or str(lead.body.get("folder", ""))
    documents = RecordedDocuments(lead.documents or {}, folder, inputs)
    decision = decide(state, documents, command, Actor(lead.actor, lead.claimed), lead.at)
    if isinstance(decision, Refused):
        return Judged("would_refuse", decision.reasons[0], decision.reasons)
    made = [(event.stream, event.event, dict(event.body), tuple(event.uses)) for event in decision.events]
    kept = [(record.stream, record.event, dict(record.body), record.uses) for record in records]
    if made != kept:
        return Judged("body_differs", _first_difference(made, kept))
    return Judged()


def _first_difference(made: list[tuple], kept: list[tuple]) -> str:  # type: ignore[type-arg]
    if [m[:2] for m in made] != [k[:2] for k in kept]:
        return f"deciding again writes {', '.join(m[1] for m in made)}, recorded are {', '.join(k[1] for k in kept)}"
    for (_, event, body, uses), (_, _, other, named) in zip(made, kept, strict=True):
        for field in sorted(set(body) | set(other)):
            if body.get(field) != other.get(field):
                return f"{event}: `{field}` differs"
        if uses != named:
            return f"{event}: it rests on {', '.join(uses) or 'nothing'}, recorded is {', '.join(named) or 'nothing'}"
    return "the records differ"


def void_commands(
    kept: "Kept", inputs: Inputs, commands: Sequence[tuple[LedgerCommit, Sequence[Record]]]
) -> dict[str, str]:
    """Commands that deciding again refuses, by id. Only commits not seen before are decided."""
    seen, void = kept.load()
    place = next((i + 1 for i, (commit, _) in enumerate(commands) if commit.oid == seen), 0)
    if place == 0:
        void = {}
    if place == len(commands):
        return void
    state = fold((records for _, records in commands[:place]), void=void)
    for commit, records in commands[place:]:
        follow(state, inputs, records, void, commit.committer_time)
    if commands:
        kept.save(commands[-1][0].oid, void)
    return void


def follow(
    state: State, inputs: Inputs, records: Sequence[Record], void: dict[str, str], committed: str
) -> Judged:
    """Decide a command again and go on from it; one without effect is entered into `void`, with its code."""
    judged = decide_again(state, inputs, records, committed)
    if judged.code:
        void[records[0].command] = judged.code
    fold([records], state, void)
    return judged


class Kept:
    """The cache of answers: the last commit that was decided again, and what was void up to it."""

    def __init__(self, common_dir: Path, branch: str) -> None:
        self._file = common_dir / "govern" / f"judged-{branch}.json"

    def load(self) -> tuple[str | None, dict[str, str]]:
        try:
            kept = json.loads(self._file.read_text("utf-8"))
            return (kept["seen"], dict(kept["void"])) if kept["by"] == __version__ else (None, {})
        except (OSError, ValueError, KeyError, TypeError):
            return None, {}

    def save(self, seen: str, void: dict[str, str]) -> None:
        """Written aside and renamed; where the disk says no, nothing is lost but time."""
        with suppress(OSError):
            self._file.parent.mkdir(exist_ok=True)
            fresh = self._file.with_suffix(f".{seen[:12]}.tmp")
            fresh.write_text(json.dumps({"by": __version__, "seen": seen, "void": void}), "utf-8")
            fresh.replace(self._file)
