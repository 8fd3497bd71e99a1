"""Laws of lanes over random histories, with everything else that may happen on a workspace going on beside them.

No cohort is put on next while its lane is open; lifecycle events keep their order within an attempt; nobody comes back
without windows of evidence, a decision and another person's word; and from every state every lane can end.
"""

from collections.abc import Sequence
from itertools import groupby
from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import invariant, rule, run_state_machine_as_test

from builders import World
from govern.domain.commands import Command
from govern.domain.decision import Accepted
from govern.domain.document import digest_of
from govern.domain.lane import CANDIDATE, DECIDED, EXITED, LIFECYCLE, STARTUP, Lane, name_of
from govern.domain.mitigation.by_hand import EnterMitigation
from govern.domain.mitigation.carry_forward import CarryForward
from govern.domain.mitigation.containment import Contain
from govern.domain.mitigation.corrective_actions import CloseAction, OpenAction
from govern.domain.mitigation.lane_health import ObserveInteraction, ObserveStartup
from govern.domain.mitigation.lane_replays import RecordReplay
from govern.domain.mitigation.reentry import CODES, assess
from govern.domain.mitigation.reentry_decision import AssessReentry, DecideReentry
from govern.domain.mitigation.reentry_outcomes import OUTCOMES, open_outcomes
from govern.domain.records import Record
from govern.domain.rollback.execution import Rollback
from govern.domain.rollback.unfreezing import Unfreeze
from govern.domain.rollout.reentry_exit import ExitMitigation
from govern.domain.rollout.rehearsing import HoldRehearsal
from govern.domain.windows import after
from histories import DEEP, FAST, Ledger
from lanes import replay
from measured import shadow_set
from strategies import COHORTS, PEOPLE, packets

cohort_keys = st.sampled_from(COHORTS)
deciders = st.sampled_from(("ana", "ben", "ben", *PEOPLE))
builds = st.sampled_from(("b1", "b1", "b2"))
OWED = {"owner": "ben", "due": "2027-06-01", "required": "two windows of replays"}


def replayed(world: World, cohort: str, build: str, n: int, passed: int, critical: int = 0) -> RecordReplay:
    told = replay(str(world.state.n), n=n, passed=passed, route_mismatches={"critical": critical, "other": 0})
    return RecordReplay(cohort, "p", build, told)


class Lanes(Ledger):
    """Beside all that happens on the workspace: facts, work and decisions of lanes, in any order."""

    def give(self, command: Command, person: str) -> None:
        decision = self.world.decide(command, person)
        if isinstance(decision, Accepted):
            for event in decision.events:
                if event.event == "binding_changed/1" and event.body["cause"] in (
                    "advance",
                    "extend",
                    "reentry",
                ):
                    self.require_out(command, [move["cohort"] for move in event.body["moves"]])
        super().give(command, person)

    def meant(self, cohort: str) -> str:
        """Mostly somebody in a lane: what is asked of others is refused soon enough."""
        open_ = [lane.cohort for lane in self.world.state.open_lanes()]
        return cohort if cohort == COHORTS[-1] or not open_ else open_[COHORTS.index(cohort) % len(open_)]

    def require_out(self, command: Command, moved: Sequence[str]) -> None:
        """Nobody is put on next while in a lane; an exit takes its own cohort alone out of its own."""
        open_ = {lane.cohort for lane in self.world.state.open_lanes()}
        leaving = {command.cohort} if isinstance(command, ExitMitigation) else set()
        assert open_ & set(moved) <= leaving, (command, moved)

    @rule(
        cohort=cohort_keys,
        build=builds,
        n=st.integers(1, 80),
        bad=st.integers(0, 9),
        critical=st.integers(0, 1),
    )
    def replay(self, cohort: str, build: str, n: int, bad: int, critical: int) -> None:
        cohort, bad = self.meant(cohort), min(bad, n)
        self.give(replayed(self.world, cohort, build, n, n - bad, min(critical, bad)), "dan")

    @rule(cohort=cohort_keys, build=builds, both=st.booleans())
    def observe(self, cohort: str, build: str, both: bool) -> None:
        cohort = self.meant(cohort)
        self.give(ObserveStartup(cohort, build), "dan")
        if both:
            self.give(ObserveInteraction(cohort, build), "dan")

    @rule(cohort=cohort_keys, person=deciders, outcome=st.sampled_from(OUTCOMES), assess=st.booleans())
    def decide(self, cohort: str, person: str, outcome: str, assess: bool) -> None:
        cohort = self.meant(cohort)
        if assess:
            self.give(AssessReentry(cohort), person)
        self.give(DecideReentry(cohort, outcome, (OWED,), "p"), person)

    @rule(cohort=cohort_keys, stay=st.booleans(), person=deciders)
    def leave(self, cohort: str, stay: bool, person: str) -> None:
        self.give(ExitMitigation(self.meant(cohort), stay=stay), person)

    @rule(cohort=cohort_keys, stay=st.booleans())
    def well(self, cohort: str, stay: bool) -> None:
        """All that a way back takes, given as anyone would: without this few histories would reach an exit."""
        for command, person in way_out(self.world, self.meant(cohort), stay=stay):
            self.give(command, person)

    @rule(
        cohort=cohort_keys,
        code=st.sampled_from(sorted(set(CODES.values()))),
        person=deciders,
        days=st.integers(1, 4),
    )
    def work(self, cohort: str, code: str, person: str, days: int) -> None:
        cohort, due = self.meant(cohort), after(self.world.now, f"P{days}D")
        self.give(OpenAction(cohort, code, "ben", due, "the route holds"), person)
        self.give(CarryForward(cohort, "cy", code, due), person)
        self.give(CloseAction(cohort, f"c{days}", "proof.csv", digest_of(b"proof")), person)
        self.give(Contain(cohort, "the route table was stale"), person)

    @rule(packet=packets)
    def gone(self, packet: str) -> None:
        """Into the field and back: without this most histories would have nobody in a lane."""
        for _ in range(2):
            self.carry(packet, ())
        self.give(Rollback(packet, "trigger", self.world.packet(packet).on_next[:1]), "ben")

    @rule(cohort=cohort_keys, person=deciders, reason=st.sampled_from(("trigger", "trigger", "it feels bad")))
    def enter(self, cohort: str, person: str, reason: str) -> None:
        self.give(EnterMitigation(cohort, reason, "chat"), person)

    @invariant()
    def lanes_are_one_at_a_time_and_in_order(self) -> None:
        for cohort, lanes in self.world.state.lanes.items():
            assert [lane.open for lane in lanes[:-1]] == [False] * (len(lanes) - 1), cohort
            for lane in lanes:
                in_order(lane)

    @invariant()
    def who_came_back_had_evidence_and_two_people(self) -> None:
        for lanes in self.world.state.lanes.values():
            for lane in lanes:
                if lane.exited:
                    sound_exit(self.world, lane, lane.exited)

    def teardown(self) -> None:
        if hasattr(self, "world"):
            for lane in self.world.state.open_lanes():
                can_end(self.world, lane)
        super().teardown()


def in_order(lane: Lane) -> None:
    """Within an attempt the six events stand in their order, each once; what lets in has come the whole way."""
    events = [record for record in lane.history if name_of(record) in LIFECYCLE]
    for attempt, records in groupby(events, key=lambda record: record.body["attempt"]):
        places = [LIFECYCLE.index(name_of(record)) for record in records]
        assert places == sorted(set(places)), (lane.id, attempt, places)
    attempts = [record.body["attempt"] for record in events]
    assert attempts == sorted(attempts)
    for decision in lane.records(DECIDED):
        if decision.body["outcome"] in ("approved", "provisional"):
            mine = [
                name_of(r)
                for r in events
                if r.body["attempt"] == decision.body["attempt"] and r.n < decision.n
            ]
            assert mine[-1] == CANDIDATE and len(mine) >= 3


def sound_exit(world: World, lane: Lane, exited: Record) -> None:
    decision = next(record for record in lane.records(DECIDED) if record.name == exited.body["decision"])
    assert decision.body["outcome"] == "approved" and name_of(exited) == EXITED
    assert decision.actor != exited.actor
    packet = world.documents.table(decision.body["packet"]["sha256"])[0]
    windows = packet["confidence"]["windows"]
    assert len(windows) >= 2 and all(window["n"] for window in windows)
    assert all(row["outcome"] in ("passed", "provisional") for row in packet["criteria"])


def way_out(world: World, cohort: str, *, stay: bool) -> Any:
    """The commands that bring a lane to its end, made as the state asks for them."""
    lane = world.state.lane(cohort)
    if lane is None:
        return
    if lane.regressive:
        yield Contain(cohort, "the route table was stale"), "ben"
    found = assess(world.state, world.documents, lane, world.now)
    contradicted = found.label is not None and "approved" not in open_outcomes(lane, found)
    if lane.expired(world.now) or contradicted:
        yield DecideReentry(cohort, "kept", (OWED,)), "ben"
    for action in list(lane.open_actions):
        yield CloseAction(cohort, action.id, "proof.csv", digest_of(b"proof")), "ben"
    started = (record.body["candidate"]["build"] for record in lane.reached if name_of(record) == STARTUP)
    build = next(started, f"good-{world.state.n}")
    if not lane.approved:
        yield replayed(world, cohort, build, 60, 60), "dan"
        world.now = after(world.now, "P1D")
        yield replayed(world, cohort, build, 60, 60), "dan"
        yield ObserveStartup(cohort, build), "dan"
        yield ObserveInteraction(cohort, build), "dan"
        yield AssessReentry(cohort), "ben"
        yield DecideReentry(cohort, "approved"), "ben"
    for packet in (world.packet(name) for name in lane.packets):
        if packet.open and not stay:
            yield Unfreeze(packet.surface, "INC-1", (cohort,)), "ben"
            yield HoldRehearsal(packet.id, True, 0.1), "ben"
            yield shadow_set(world.documents.values, packet.id, {cohort: 400}), "dan"
    yield ExitMitigation(cohort, stay=stay), "cy"


def can_end(world: World, lane: Lane) -> None:
    """On a copy: containment, the open work, two windows of good replays, a decision, a sign-off."""
    trial = World(world.documents.copy(), world.now, world.snapshot())
    for _ in range(
        3
    ):  # an expiry that was reached on the way is decided first, and so is a build that fell short
        for command, person in way_out(trial, lane.cohort, stay=True):
            decision = trial.decide(command, person)
            if isinstance(decision, Accepted):
                trial.record(decision.events, decision.asked, person, decision.inputs)
    assert trial.state.lane(lane.cohort) is None, (lane, trial.state.lane(lane.cohort))


def test_lanes_keep_their_laws_over_short_histories() -> None:
    run_state_machine_as_test(Lanes, settings=settings(FAST, max_examples=30))


@pytest.mark.deep
def test_lanes_keep_their_laws_over_long_histories() -> None:
    run_state_machine_as_test(Lanes, settings=DEEP)
