"""Random histories and the laws they keep: commands of random people on a workspace of two surfaces and three packets.

Whatever was accepted, refused or forged: replay gives the state that was shown, exactly one baseline decides for
every cohort at every instant, every cohort on next can go back, and deciding again gives the same records.
"""

from dataclasses import replace
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
)

from builders import Branch, Past, World
from govern.domain import binding
from govern.domain.binding import current
from govern.domain.capabilities import WRITERS, decide, revive
from govern.domain.commands import Command
from govern.domain.decision import Accepted
from govern.domain.fold import fold, guard
from govern.domain.policy import Actor
from govern.domain.policy_change import AdoptPolicy, ApprovePolicy
from govern.domain.records import Record
from govern.domain.rollback.execution import Rollback
from govern.domain.rollback.unfreezing import Unfreeze
from govern.domain.rollout.advance import Advance
from govern.domain.rollout.approval import Approve
from govern.domain.rollout.change_control import ApplyChange, OpenChange
from govern.domain.rollout.explanation import Explain
from govern.domain.rollout.extension import Extend
from govern.domain.rollout.on_call import DeclareOnCall
from govern.domain.rollout.pause import Pause, Resume, Withdraw
from govern.domain.rollout.promotion import coming_after
from govern.domain.rollout.rehearsing import HoldRehearsal
from govern.domain.rollout.verification import VerifyBaseline
from govern.domain.rollout.waiver import AcceptRisk, Waive
from govern.domain.state import Packet, State
from govern.domain.windows import after
from measured import shadow_set
from strategies import (
    CHECKS,
    causes,
    hours,
    owners,
    packets,
    pairs_of_a_cohort,
    people,
    percents,
    reasons,
    some_cohorts,
    workspaces,
)
from windowed import collected, write_runbook

SHOWN = {"same": True, "seconds": 0.1}
WORDS = "says so in a sentence"
PLACE = ("n", "at", "main", "tips", "void")  # of the ledger, not of what is in force


class Ledger(RuleBasedStateMachine):
    """Random commands; what a decision refuses is as good a step as what it accepts."""

    @initialize(documents=workspaces(), borders=st.lists(packets, max_size=9))
    def opened(self, documents: Branch, borders: list[str]) -> None:
        self.world = World(documents, remember=True).opened()
        for packet in borders:
            self.carry(packet, ())

    def give(self, command: Command, person: str) -> None:
        decision = self.world.decide(command, person)
        if isinstance(decision, Accepted):
            served = self.served()
            self.world.record(decision.events, decision.asked, person, decision.inputs)
            if any(event.body.get("cause") == "adopt" for event in decision.events):
                assert self.served() == served, "somebody slid with the default"
        else:
            assert decision.reasons and all(decision.reasons)

    def served(self) -> dict[tuple[str, str], str]:
        """The baseline of everybody in the dictionary."""
        keys = self.world.documents.values["cohorts"]["cohorts"]
        surfaces = self.world.state.surfaces.items()
        return {(name, key): current(surface, key).to.digest for name, surface in surfaces for key in keys}

    @rule(packet=packets, only=some_cohorts)
    def carry_over(self, packet: str, only: tuple[str, ...]) -> None:
        self.carry(packet, only)

    def carry(self, packet: str, only: tuple[str, ...]) -> None:
        """All that a border asks for, and the border: without this few histories would reach canary."""
        if self.world.packet(packet).phase == "shadow":
            covered = self.world.packet(packet).covered
            self.give(HoldRehearsal(packet, True, 0.1), "ben")
            self.give(shadow_set(self.world.documents.values, packet, dict.fromkeys(covered, 400)), "ben")
            only = tuple(cohort for cohort in only if cohort in covered)
        elif self.world.packet(packet).on_next:
            only = ()
            self.world.now = after(self.world.now, "P3D")
            self.collect(packet, {})
        else:
            only = ()
        self.give(Approve(packet, only), "cy")
        self.give(Advance(packet, only=only, rehearsal=SHOWN), "ben")

    @rule(packet=packets, breaks=st.dictionaries(st.sampled_from("abc"), st.integers(0, 6), max_size=2))
    def collect_decisions(self, packet: str, breaks: dict[str, int]) -> None:
        if self.world.packet(packet).on_next:
            told = {cohort: {"policy-dislocation-rate": rate} for cohort, rate in breaks.items()}
            self.collect(
                packet, {c: cycle for c, cycle in told.items() if c in self.world.packet(packet).on_next}
            )

    def collect(self, packet: str, measured: dict[str, Any]) -> None:
        """All that a border in the field asks of decisions, of the runbook, and of somebody on call."""
        if not self.world.packet(packet).open:
            return
        border = self.world.border(coming_after(self.world.packet(packet)), packet)
        write_runbook(self.world, border)
        self.give(DeclareOnCall(packet, after(self.world.now, "PT8H")), "ben")
        if command := collected(border, measured):
            self.give(command, "dan")

    @rule(packet=packets, person=people, only=some_cohorts)
    def advance(self, packet: str, person: str, only: tuple[str, ...]) -> None:
        self.give(Advance(packet, only=only, rehearsal=SHOWN), person)

    @rule(packet=packets, data=st.data())
    def measure(self, packet: str, data: st.DataObject) -> None:
        covered = self.world.packet(packet).covered or ("a",)
        measured = {cohort: data.draw(pairs_of_a_cohort, cohort) for cohort in covered}
        self.give(shadow_set(self.world.documents.values, packet, measured), "dan")

    @rule(packet=packets, cohort=st.sampled_from("abcdef"), person=people)
    def explain(self, packet: str, cohort: str, person: str) -> None:
        pairs = [record for record in self.world.packet(packet).evidence if "items" in record.body]
        for evidence in pairs[-1:]:
            items = evidence.body["items"]["sha256"]
            self.give(
                Explain(packet, evidence.name, items, cohort, "refusal", "takes half of it back"), person
            )

    @rule(packet=packets, cohorts=some_cohorts, percent=st.none() | percents, person=owners)
    def extend(self, packet: str, cohorts: tuple[str, ...], percent: float | None, person: str) -> None:
        self.give(Extend(packet, cohorts, percent), person)

    @rule(
        packet=packets,
        cohorts=some_cohorts,
        reason=reasons,
        person=owners,
        to=st.none() | st.just("chat-b1"),
        stale=st.booleans(),
        more=st.sets(packets, max_size=2),
        causes=st.lists(causes, max_size=2),
    )
    def roll_back(
        self,
        packet: str,
        cohorts: tuple[str, ...],
        reason: str,
        person: str,
        to: str | None,
        stale: bool,
        more: set[str],
        causes: list[str],
    ) -> None:
        also = tuple({"packet": name, "cohorts": []} for name in sorted(more - {packet}))
        self.give(Rollback(packet, reason, cohorts, to=to, stale=stale, also=also), person)
        for cause in causes:
            owed = {"owner": "cy", "due": after(self.world.now, "P1D")} if cause == "unknown" else {}
            self.give(Unfreeze(self.world.packet(packet).surface, cause, cohorts[:1], **owed), person)

    @rule(packet=packets, person=people, kind=st.sampled_from((Pause, Resume, Withdraw)))
    def hold(self, packet: str, person: str, kind: Any) -> None:
        if kind is not Withdraw or self.world.state.n % 4 == 0:  # an end is reached soon enough
            self.give(kind(packet, WORDS), person)

    @rule(packet=packets, person=people, only=some_cohorts)
    def approve(self, packet: str, person: str, only: tuple[str, ...]) -> None:
        self.give(Approve(packet, only), person)

    @rule(packet=packets, person=owners, check=st.sampled_from(CHECKS))
    def waive(self, packet: str, person: str, check: str) -> None:
        self.give(Waive(packet, check, WORDS, after(self.world.now, "P3D")), person)

    @rule(packet=packets, person=owners)
    def accept_risk(self, packet: str, person: str) -> None:
        self.give(AcceptRisk(packet, WORDS, after(self.world.now, "P2D")), person)

    @rule(packet=packets, person=people, same=st.booleans())
    def rehearse(self, packet: str, person: str, same: bool) -> None:
        self.give(HoldRehearsal(packet, same, 0.1), person)

    @rule(packet=packets, person=people, size=st.integers(2, 300))
    def change(self, packet: str, person: str, size: int) -> None:
        setting = {"document": "kpis/policy-flip-rate", "field": "min_sample", "value": size}
        self.give(OpenChange(packet, (setting,), WORDS), person)
        self.give(ApplyChange(packet), "ben")

    @rule(person=people, baseline=st.sampled_from(("chat-b1", "chat-b2", "search-b1")), packet=packets)
    def vouch(self, person: str, baseline: str, packet: str) -> None:
        self.give(VerifyBaseline(baseline, "staging"), person)
        self.give(DeclareOnCall(packet, after(self.world.now, "PT8H")), person)

    @rule(person=people, days=st.integers(1, 30))
    def govern(self, person: str, days: int) -> None:
        epoch = self.world.state.in_force.epoch + 1
        self.world.documents.edit("govern", {"policy.epoch": epoch, "policy.waiver_at_most": f"P{days}D"})
        self.give(ApprovePolicy(), person)
        self.give(AdoptPolicy(), "ben")

    @rule(key=st.sampled_from("abcdefg"))
    def edit(self, key: str) -> None:
        """The branch moves on: a key leaves or enters the dictionary, a packet and a KPI read otherwise."""
        known = dict(self.world.documents.values["cohorts"]["cohorts"])
        changed = (
            known | {key: {"critical": True}}
            if key not in known
            else {k: v for k, v in known.items() if k != key}
        )
        self.world.documents.edit("cohorts", {"cohorts": changed})
        self.world.documents.edit("kpis/policy-flip-rate", {"min_sample": len(changed) + 1})

    @rule(length=hours)
    def wait(self, length: int) -> None:
        self.world.now = after(self.world.now, f"PT{length}H")

    @precondition(lambda self: len(self.world.past) > 1)
    @rule(person=people, data=st.data())
    def forge(self, person: str, data: st.DataObject) -> None:
        """A command as it was once recorded, written again by hand: void wherever a guard refuses it."""
        past = data.draw(st.sampled_from(self.world.past))
        records = renumbered(self.world.state, past.records, person)
        if guard(self.world.state, records):
            before = self.world.snapshot()
            self.world.keep(records)
            assert in_force(self.world.state) == in_force(before)
            assert self.world.state.void[records[0].command]

    @invariant()
    def one_binding_decides_for_every_cohort_at_every_instant(self) -> None:
        for surface in self.world.state.surfaces.values():
            assert surface.default
            for cohort in (*surface.cohorts, "nobody"):
                timeline = surface.cohorts.get(cohort, ())
                moments = [b.at for b in timeline]
                assert moments == sorted(moments)
                assert binding.at(surface, cohort, self.world.now) == current(surface, cohort)
                for moment in (*moments, surface.default[0].at):
                    assert binding.at(surface, cohort, moment) is not None

    @invariant()
    def cohorts_on_next_are_those_that_a_packet_put_there(self) -> None:
        state = self.world.state
        on_next = {(p.surface, cohort): p for p in state.packets.values() for cohort in p.on_next}
        assert len(on_next) == sum(len(p.on_next) for p in state.packets.values())
        for (surface, cohort), packet in on_next.items():
            now = current(state.surfaces[surface], cohort)
            assert (now.to, now.packet) == (packet.next, packet.id)
            assert not packet.ended
        for name, surface_now in state.surfaces.items():
            for cohort, timeline in surface_now.cohorts.items():
                if (name, cohort) not in on_next:
                    assert timeline[-1].cause in ("rollback", "adopt")  # adoption pins who is not on next

    @invariant()
    def every_cohort_on_next_can_go_back(self) -> None:
        for packet in list(self.world.state.packets.values()):
            if packet.on_next:
                goes_back(self.world, packet)

    def teardown(self) -> None:
        if hasattr(self, "world"):
            replay_gives_what_was_shown(self.world)
            for past in self.world.past:
                if past.records[0].command not in self.world.state.void:
                    decided_again_is_the_same(past)
                    strangers_are_refused(past)


def goes_back(world: World, packet: Packet) -> None:
    """Everybody of the packet is on its target afterwards, whole; nobody else moved."""
    nowhere = Branch({}, {})
    command = Rollback(packet.id, world.state.in_force.view["entry_reasons"][0])
    decision = decide(world.state, nowhere, command, Actor("ben"), world.now)
    assert isinstance(decision, Accepted), decision
    trial = World(nowhere, world.now, world.snapshot())
    trial.record(decision.events, decision.asked)
    target = (packet.prev or world.state.surfaces[packet.surface].default[-1].to).digest
    for name, surface in world.state.surfaces.items():
        for cohort in surface.cohorts:
            before, now = current(surface, cohort), current(trial.state.surfaces[name], cohort)
            if name == packet.surface and cohort in packet.on_next:
                assert (now.to.digest, now.percent) == (target, 100)
            else:
                assert now == before
    assert trial.packet(packet.id).on_next == ()


def replay_gives_what_was_shown(world: World) -> None:
    shown = [past.before for past in world.past[1:]] + [world.state]
    state = State()
    for past, expected in zip(world.past, shown, strict=True):
        fold([past.records], state)
        assert state == expected


def decided_again_is_the_same(past: Past) -> None:
    lead = past.records[0]
    assert lead.asked is not None
    command = revive(lead.asked, lead.body)
    assert command is not None
    decision = decide(past.before, past.documents, command, Actor(lead.actor), lead.at)
    assert isinstance(decision, Accepted), decision
    made = [(e.stream, e.event, dict(e.body), e.uses) for e in decision.events]
    kept = [(r.stream, r.event, dict(r.body), r.uses) for r in past.records]
    assert made == kept


def strangers_are_refused(past: Past) -> None:
    """The same records by somebody without the role, by a claim, by nobody the policy knows, or by automation."""
    assert past.records[0].asked is not None
    writer = WRITERS[past.records[0].asked["do"]]
    if not past.before.opened:
        return
    assert not guard(past.before, past.records)
    assert guard(past.before, [replace(r, actor="nobody") for r in past.records])
    if writer.role:
        assert guard(past.before, [replace(r, actor="dan") for r in past.records])
        assert guard(past.before, [replace(r, claimed=True) for r in past.records])
    if not writer.automation:
        assert guard(past.before, [replace(r, actor="bot") for r in past.records])


def renumbered(state: State, records: tuple[Record, ...], person: str) -> tuple[Record, ...]:
    """The same bodies as the newest records of the ledger."""
    tips, command = dict(state.tips), f"f{state.n:015x}"
    fresh = []
    for place, record in enumerate(records, start=1):
        seq, prev = tips.get(record.stream, (0, None))
        tips[record.stream] = (seq + 1, record.digest)
        fresh.append(
            replace(
                record, ledger=state.ledger, n=state.n + place, seq=seq + 1, prev=prev, command=command, actor=person,
                at=state.at,
            )
        )  # fmt: skip
    return tuple(fresh)


def in_force(state: State) -> dict[str, Any]:
    return {name: getattr(state, name) for name in State.__slots__ if name not in PLACE}


FAST = settings(max_examples=80, stateful_step_count=30, derandomize=True, deadline=None)
DEEP = settings(max_examples=1500, stateful_step_count=80, deadline=None, database=None)
