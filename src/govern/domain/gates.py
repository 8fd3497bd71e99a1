"""The question at a phase border: what is asked, by which checks, and what an approval is given to.

Everything a check may look at stands in `Border`. Checks are on the shelf in `checks`; their order and the
set of rules they belong to stand in `checks.RULES`.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Literal

from govern.domain import queries
from govern.domain.baseline import Target, target_of
from govern.domain.decision import Refusal
from govern.domain.document import FOLDERS, Document, Documents, canonical, digest_of
from govern.domain.policy import Actor, Policy
from govern.domain.selection import Dictionary, expand
from govern.domain.state import Packet, Phase, State, Surface
from govern.domain.verdict import Verdict
from govern.errors import ExitCode

Mode = Literal["skip", "warn", "block"]
MODES: tuple[Mode, ...] = ("skip", "warn", "block")


@dataclass(frozen=True)
class Border:
    """One packet at one border. `cohorts` are to be bound (at draft -> shadow: covered)."""

    state: State
    documents: Documents
    actor: Actor
    now: str
    packet: Packet
    value: Mapping[str, Any]  # the packet document in force: frozen, or in draft from the branch
    to: Phase
    cohorts: tuple[str, ...]
    dictionary: Dictionary
    frozen: Mapping[str, str]
    parts: Mapping[str, Document]  # every document the packet names and that exists, by FOLDER/ID
    missing: tuple[str, ...]  # FOLDER/ID named and not there
    prev: Target | None
    next: Target | None
    queries: Mapping[str, bytes] = field(
        default_factory=dict
    )  # texts that are frozen with it, by their names
    rehearsal: Mapping[str, Any] | None = None  # what the throw-away clone gave, where it was asked
    adding: bool = False  # `extend`: the packet stays in its phase
    percent: float | None = None  # the share to be bound, where it is another than the packet's own
    reentry: str | None = None  # the lane whose cohort comes back
    since: int = 0  # a place of the ledger: what was measured before it is of before a rollback
    judged: dict[str, Any] = field(
        default_factory=dict, repr=False
    )  # what checks share within one evaluation

    @property
    def policy(self) -> Policy:
        return self.state.in_force

    @property
    def surface(self) -> Surface:
        return self.state.surfaces.get(self.value["surface"]) or Surface()

    @property
    def counting_from(self) -> int:
        """The place after which evidence counts."""
        return max(self.packet.counting_from, self.since)

    def documents_of(self, kind: str) -> list[Document]:
        return [part for key, part in sorted(self.parts.items()) if part.kind == kind]

    def kpis(self, source: str) -> list[Mapping[str, Any]]:
        """The packet's KPIs with that source, in the packet's order."""
        wanted = [self.parts.get(f"kpis/{kpi}") for kpi in self.value["monitoring"]["kpis"]]
        return [kpi.value for kpi in wanted if kpi is not None and kpi.value["source"] == source]

    def stand_in(self, cohort: str) -> str:
        """The cohort whose result in canary decides for it: its own, or for one that was not in canary another's."""
        if self.packet.stages.get(cohort, "out") != "out":
            return cohort
        named: str = self.value["canary"].get("stands_for", {}).get(cohort, cohort)
        return named

    def setting(self, check: str, name: str, default: Any) -> Any:
        """A parameter of a check: the packet's, where it is stricter, else the policy's."""
        return self.value.get("gates", {}).get(check, {}).get(name, default)

    def mode(self, item: "Item") -> Mode:
        """The strictest of what shelf, policy and packet say: neither may loosen the shelf."""
        given = (
            self.policy.numbers.get("checks", {}).get(item.name, {}).get("mode", "skip"),
            self.value.get("gates", {}).get(item.name, {}).get("mode", "skip"),
        )
        return max(item.mode, *given, key=MODES.index)

    @property
    def dossier(self) -> dict[str, Any]:
        """What an approval is given to. Windows and measurements are not in it: the gate runs again."""
        share = {} if self.percent is None else {"percent": self.percent}
        return {
            **share,
            "ledger": self.state.ledger,
            "packet": self.packet.id,
            "border": self.to,
            "attempt": self.packet.attempt,
            "cohorts": sorted(self.cohorts),
            "frozen": dict(sorted(self.frozen.items())),
            "policy": self.policy.stamp,
        }

    @property
    def dossier_digest(self) -> str:
        return digest_of(canonical(self.dossier))

    def waiver_subject(self, check: str) -> str:
        """What a waiver is bound to: a new measurement needs a new waiver."""
        return digest_of(
            canonical(
                {
                    "check": check,
                    "packet": self.packet.id,
                    "border": self.to,
                    "cohorts": sorted(self.cohorts),
                    "frozen": dict(sorted(self.frozen.items())),
                    "evidence": [record.name for record in self.packet.evidence],
                    "percent": self.percent,
                }
            )
        )


@dataclass(frozen=True, slots=True)
class Item:
    """One check on the shelf: its name, what it is, how it stands when it does not pass."""

    name: str
    check: Callable[[Border], Verdict]
    mode: Mode = "block"
    waivable: bool = True


def evaluate(border: Border, items: Iterable[Item]) -> tuple[Verdict, ...]:
    """Every check of the border, in order, with modes and waivers applied."""
    return tuple(_applied(border, item, item.check(border)) for item in items if border.mode(item) != "skip")


def _applied(border: Border, item: Item, verdict: Verdict) -> Verdict:
    if verdict.passes:
        return verdict
    if border.mode(item) == "warn":
        return replace(verdict, outcome="passed", warning=True)
    if not item.waivable or verdict.final:
        return replace(verdict, final=True)
    subject = border.waiver_subject(item.name)
    for waiver in border.packet.waivers:
        if waiver.body["subject"] == subject and waiver.body["expires"] > border.now:
            return replace(verdict, waived_by=waiver.name, uses=(*verdict.uses, waiver.name))
    return verdict


def references(value: Mapping[str, Any]) -> list[tuple[str, str]]:
    """(kind, id) of every document that a packet freezes."""
    found = [
        ("baseline", value["prev"]["baseline"]),
        ("baseline", value["next"]["baseline"]),
        *(("kpi", kpi) for kpi in value["monitoring"]["kpis"]),
        *(("trigger", trigger) for trigger in value["triggers"]),
        ("criteria", value["criteria"]),
    ]
    if value.get("calibration_packet_id"):
        found.append(("calibration", value["calibration_packet_id"]))
    return sorted(set(found))


def named_by(criteria: Document) -> list[tuple[str, str]]:
    """(kind, id) of what is frozen with criteria: their health signals and the KPIs of a team's own rules."""
    own = (rule["kpi"] for rule in criteria.value["criteria"].values() if "kpi" in rule)
    return [("kpi", kpi) for kpi in dict.fromkeys((*criteria.value.get("signals", ()), *own))]


def open_border(
    state: State,
    documents: Documents,
    packet_id: str,
    actor: Actor,
    now: str,
    *,
    to: Phase,
    cohorts: tuple[str, ...] | None = None,
    **more: Any,
) -> Border:
    """The border of a packet with everything read that its checks may look at."""
    packet = state.packet(packet_id)
    document = packet_in_force(state, documents, packet_id)
    dictionary = cohort_dictionary(documents)
    parts: dict[str, Document] = {document.key: document}
    missing: list[str] = []
    wanted = references(document.value)
    for kind, name in wanted:  # criteria bring what they name themselves
        key = f"{FOLDERS[kind]}/{name}"
        part = _part(documents, packet, kind, name, key)
        if part is None:
            missing.append(key)
            continue
        parts[key] = part
        if kind == "criteria":
            wanted += [kpi for kpi in named_by(part) if kpi not in wanted]
    covered = packet.covered or expand(document.value["cohort_coverage"], dictionary)
    own = {} if packet.frozen else queries.texts(documents, parts.values())
    border = Border(
        state=state,
        documents=documents,
        actor=actor,
        now=now,
        packet=packet,
        value=document.value,
        to=to,
        cohorts=covered if cohorts is None else cohorts,
        dictionary=dictionary,
        frozen=packet.frozen or _digests(parts, own),
        parts=parts,
        missing=tuple(missing),
        prev=packet.prev,
        next=packet.next,
        queries=own,
        **more,
    )
    return (
        border if packet.prev else replace(border, prev=_target(border, "prev"), next=_target(border, "next"))
    )


def _digests(parts: Mapping[str, Document], texts: Mapping[str, bytes]) -> dict[str, str]:
    """What would be frozen: every document, and the texts of queries."""
    found = {key: part.digest for key, part in parts.items()}
    return dict(sorted((found | {key: digest_of(text) for key, text in texts.items()}).items()))


def _part(documents: Documents, packet: Packet, kind: str, name: str, key: str) -> Document | None:
    """Frozen where something is frozen: then the branch has no say in what else the packet names."""
    if packet.frozen:
        return documents.frozen(key, packet.frozen[key]) if key in packet.frozen else None
    return documents.get(kind, name)


def packet_in_force(state: State, documents: Documents, packet_id: str) -> Document:
    """The frozen packet, or in draft the one on the documents branch."""
    packet = state.packet(packet_id)
    key = f"packets/{packet_id}"
    if key in packet.frozen:
        return documents.frozen(key, packet.frozen[key])
    document = documents.get("packet", packet_id)
    if document is None:
        raise Refusal(
            f"no packet `{packet_id}` on {state.branch}",
            type_line="govern status",
            exit=ExitCode.COULD_NOT,
            lacks=("packet", packet_id),
        )
    return document


def cohort_dictionary(documents: Documents) -> Dictionary:
    document = documents.get("cohorts", "main")
    return document.value["cohorts"] if document is not None else {}


def _target(border: Border, side: str) -> Target | None:
    baseline = border.parts.get(f"baselines/{border.value[side]['baseline']}")
    if baseline is None:
        return None
    calibration = border.value.get("calibration_packet_id")
    if side == "prev":
        now = border.surface.default[-1].to if border.surface.default else None
        timelines = [t[-1].to for t in border.surface.cohorts.values()] + ([now] if now else [])
        digest = border.value["prev"]["digest"]
        bound = next((target for target in timelines if target.digest == digest), None)
        calibration = bound.calibration if bound else None
    return target_of(baseline.value, border.documents.pinned, calibration)
