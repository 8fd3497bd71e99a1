"""What is in force: the values that folding the ledger gives. How each event changes them stands beside
the command that writes it; see `capabilities`."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from govern.domain.baseline import Target
from govern.domain.lane import Lane
from govern.domain.policy import Policy
from govern.domain.records import Record

Phase = Literal["draft", "shadow", "canary", "wide", "adopted", "rolled_back", "withdrawn"]
Stage = Literal["out", "canary", "wide", "back"]
PHASES: tuple[Phase, ...] = ("draft", "shadow", "canary", "wide", "adopted")
ENDED: tuple[Phase, ...] = ("rolled_back", "withdrawn")
EVERYONE = "*"  # no cohort key: in a freeze, all cohorts of the surface


@dataclass(frozen=True, slots=True)
class Binding:
    """Which baseline decides from `at` on: `to` at `percent`, `otherwise` for the rest."""

    at: str
    record: str
    to: Target
    otherwise: Target | None
    percent: float
    cause: str
    packet: str | None
    actor: str
    attributes: Mapping[str, Any]

    @property
    def rest(self) -> Target | None:
        """What decides for those who are not on `to`; None where `to` has everybody."""
        return self.otherwise if self.percent < 100 else None


@dataclass(slots=True)
class Surface:
    """`default` serves requests without a key and cohorts that were never bound by name."""

    default: list[Binding] = field(default_factory=list)
    cohorts: dict[str, list[Binding]] = field(default_factory=dict)
    frozen: dict[str, str] = field(default_factory=dict)  # cohort or EVERYONE -> record that froze it

    def frozen_for(self, cohort: str) -> str | None:
        return self.frozen.get(cohort) or self.frozen.get(EVERYONE)


@dataclass(slots=True)
class Packet:
    """A packet as the ledger knows it; before its first advance only approvals and the like are known."""

    id: str
    phase: Phase = "draft"
    attempt: int = 0  # sound advances, additions, rollbacks and applied changes so far
    surface: str = ""
    prev: Target | None = None
    next: Target | None = None
    frozen: dict[str, str] = field(default_factory=dict)  # FOLDER/ID -> digest of the frozen bytes
    frozen_by: str = ""
    stages: dict[str, Stage] = field(default_factory=dict)  # every covered cohort
    elsewhere: set[str] = field(default_factory=set)  # of these, who was taken on by a later packet
    counting_from: int = 0  # place of the phase entry or applied change after which evidence counts
    paused_by: str | None = None
    change: Record | None = None  # opened and not yet applied
    evidence: list[Record] = field(default_factory=list)
    explanations: list[Record] = field(default_factory=list)
    approvals: list[Record] = field(default_factory=list)
    waivers: list[Record] = field(default_factory=list)
    risks: list[Record] = field(default_factory=list)
    on_call: list[Record] = field(default_factory=list)
    rehearsals: list[Record] = field(default_factory=list)
    fired: list[Record] = field(default_factory=list)  # triggers
    relabeled: list[Record] = field(default_factory=list)  # after rollbacks, each step of it
    served: dict[str, Record] = field(default_factory=dict)  # by the record of the rollback, the newest
    notes: list[Record] = field(default_factory=list)  # on rollbacks, and reviews of broken glass
    calibration_reviews: list[Record] = field(default_factory=list)  # closed
    acknowledged: dict[str, Record] = field(default_factory=dict)  # by the record of the trigger
    history: list[Record] = field(default_factory=list)

    @property
    def covered(self) -> tuple[str, ...]:
        return tuple(sorted(self.stages))

    @property
    def on_next(self) -> tuple[str, ...]:
        there = (c for c, stage in self.stages.items() if stage in ("canary", "wide"))
        return tuple(sorted(c for c in there if c not in self.elsewhere))

    @property
    def rollbacks(self) -> list[Record]:
        """The records of its rollbacks, oldest first."""
        return [record for record in self.history if record.event.startswith("rolled_back/")]

    @property
    def ended(self) -> bool:
        return self.phase in ENDED

    @property
    def open(self) -> bool:
        """In the field: it may still bind somebody."""
        return self.phase in ("shadow", "canary", "wide")


@dataclass(slots=True)
class PackageHistory:
    """What the ledger knows of an intervention package, each oldest first."""

    id: str
    drills: list[Record] = field(default_factory=list)
    updates: list[Record] = field(default_factory=list)
    published: list[Record] = field(default_factory=list)  # its confidence
    settled: list[Record] = field(default_factory=list)  # what it owed when it, or a card of it, was gone


@dataclass(frozen=True, slots=True)
class Duty:
    """Something owed by a named owner by an instant. What drills leave is owed to a package, or to a card."""

    kind: str  # relabel, calibration_review, note, break_glass_review, root_cause, tune, drill
    surface: str
    packet: str  # what it is about: of `tune` the package, of `drill` the card
    owner: str
    due: str
    record: str
    text: str = ""  # of `tune`: the update that the drill proposed


@dataclass(slots=True)
class State:
    ledger: str = ""
    workspace: str = ""
    folder: str = ""
    branch: str = ""  # the documents branch
    clock: str = "real"
    n: int = 0
    at: str = ""
    main: str = ""
    policy: Policy | None = None
    tips: dict[str, tuple[int, str]] = field(default_factory=dict)  # stream -> (seq, digest)
    void: dict[str, str] = field(default_factory=dict)  # command -> finding code
    surfaces: dict[str, Surface] = field(default_factory=dict)
    packets: dict[str, Packet] = field(default_factory=dict)
    verified: dict[str, list[Record]] = field(default_factory=dict)  # baseline -> verifications
    policy_approvals: list[Record] = field(default_factory=list)
    duties: list[Duty] = field(default_factory=list)
    lanes: dict[str, list[Lane]] = field(
        default_factory=dict
    )  # cohort -> its mitigation lanes, the newest last
    reviews: list[Record] = field(default_factory=list)  # weekly reviews that were held
    packages: dict[str, PackageHistory] = field(default_factory=dict)

    @property
    def opened(self) -> bool:
        return bool(self.ledger)

    @property
    def in_force(self) -> Policy:
        assert self.policy is not None, "no command gets past an unopened ledger"
        return self.policy

    def packet(self, packet_id: str) -> Packet:
        """The packet as known; a fresh draft where the ledger has not met it."""
        return self.packets.get(packet_id) or Packet(packet_id)

    def lane(self, cohort: str) -> Lane | None:
        """The open mitigation lane of a cohort; there is one at most."""
        newest = self.lanes.get(cohort, [])[-1:]
        return newest[0] if newest and newest[0].open else None

    def open_lanes(self, surface: str | None = None) -> list[Lane]:
        """Every open lane, or those of a surface, by cohort."""
        lanes = (lane for cohort in sorted(self.lanes) if (lane := self.lane(cohort)))
        return [lane for lane in lanes if surface is None or surface in lane.surfaces]

    def package(self, package_id: str) -> PackageHistory:
        """What is known of a package; nothing where it was never drilled."""
        return self.packages.get(package_id) or PackageHistory(package_id)

    def touch_package(self, package_id: str) -> PackageHistory:
        """It, entered into the state if it was not there: for folding only."""
        return self.packages.setdefault(package_id, PackageHistory(package_id))

    def touch(self, packet_id: str) -> Packet:
        """The packet, entered into the state if it was not there: for folding only."""
        return self.packets.setdefault(packet_id, Packet(packet_id))
