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
from typing import TYPE_CHECKING

from govern import __version__
from govern.domain.capabilities import decide, revive
from govern.domain.decision import Refused
from govern.domain.fold import fold, guard
from govern.domain.policy import SHIPPED_RULES, Actor
from govern.domain.records import Record
from govern.domain.state import State
from govern.ledger.history import LedgerCommit
from govern.operations.reading import Inputs, MissingInputError, RecordedDocuments

if TYPE_CHECKING:
    from govern.operations.workspace import Workspace

VOIDING = ("would_refuse", "body_differs", "void")


@dataclass(frozen=True, slots=True)
class Judged:
    """`fault` is empty where deciding again gives the same records; else its name among the audit codes."""

    fault: str = ""
    message: str = ""
    again: tuple[str, ...] = ()  # what deciding again said


def decide_again(state: State, inputs: Inputs, records: Sequence[Record]) -> Judged:
    """The command of `records`, decided on the state before it and on exactly what it read."""
    lead = records[0]
    if guard(state, records):
        return Judged("void", f"{lead.actor} may not write {lead.event} here, or it does not fit what stands")
    rules = lead.policy["rules"]
    if rules not in SHIPPED_RULES:
        return Judged("rules_not_shipped", f"decided by rules {rules}; this version has {SHIPPED_RULES[-1]}")
    command = revive(lead.asked or {}, lead.body)
    if command is None:
        return Judged("rules_not_shipped", f"this version does not know `{(lead.asked or {}).get('do')}`")
    folder = state.folder or str(lead.body.get("folder", ""))
    documents = RecordedDocuments(lead.documents or {}, folder, inputs)
    try:
        decision = decide(state, documents, command, Actor(lead.actor, lead.claimed), lead.at)
    except MissingInputError as error:
        return Judged("input_missing", str(error))
    except (KeyError, TypeError, ValueError, AssertionError) as error:
        return Judged("would_refuse", f"what was asked cannot be decided: {type(error).__name__} {error}")
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
    workspace: "Workspace", commands: Sequence[tuple[LedgerCommit, Sequence[Record]]]
) -> dict[str, str]:
    """Commands that deciding again refuses, by id. Only commits not seen before are decided."""
    kept = Kept(workspace.repository.common_dir, workspace.ledger_branch)
    seen, void = kept.load()
    place = next((i + 1 for i, (commit, _) in enumerate(commands) if commit.oid == seen), 0)
    if place == 0:
        void = {}
    if place == len(commands):
        return void
    state = fold((records for _, records in commands[:place]), void=void)
    for _, records in commands[place:]:
        judged = decide_again(state, workspace.inputs, records)
        if judged.fault in VOIDING and not guard(state, records):
            void[records[0].command] = judged.fault
        fold([records], state, void)
    if commands:
        kept.save(commands[-1][0].oid, void)
    return void


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
