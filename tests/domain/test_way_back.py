"""The law of the way back, searched past the gates: whatever stands, any cohorts of any packets can go back.

Packets stand on each other's shoulders (`one`, then `two` on its next), are adopted, paused, frozen and taken back in
any order; gates are asked elsewhere, guards hold. What a rollback must give is said here once more, in other words.
"""

from copy import copy
from dataclasses import fields, replace
from functools import cache
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from adopting import adopt
from builders import PACKET, Branch, World, branch
from govern.domain import binding
from govern.domain.binding import Move, current
from govern.domain.decision import Accepted, Refused
from govern.domain.document import digest_of
from govern.domain.records import Event
from govern.domain.rollback.execution import Rollback
from govern.domain.rollback.scope import targets
from govern.domain.rollback.unfreezing import Unfreeze
from govern.domain.rollout.pause import Pause, Resume
from govern.domain.state import EVERYONE, State
from govern.domain.windows import after
from govern.errors import ExitCode
from strategies import WAY_BACK

KEYS = ("a", "b", "c", "d")
CHAT = {"one": ("b1", "b2"), "two": ("b2", "b3"), "three": ("b1", "b4"), "four": ("b3", "b5")}
PACKETS = (*CHAT, "search-one")
NOWHERE = Branch({}, {})
packets = st.sampled_from(PACKETS)


@cache
def documents() -> Branch:
    made = branch(
        {
            "govern": {
                "surfaces.search": {"baseline": "search-b1", "calibration": "initial", "rollback": WAY_BACK}
            },
            "cohorts": {"cohorts": {key: {"critical": False} for key in KEYS}},
        }
    )
    for number in (3, 4, 5):
        made.edit(f"baselines/chat-b{number}", {"like": "baselines/chat-b2", "model_version": f"v{number}"})
    for number in (1, 2):
        made.edit(f"baselines/search-b{number}", {"like": f"baselines/chat-b{number}", "surface": "search"})
    sides = {name: ("chat", *pair) for name, pair in CHAT.items()} | {"search-one": ("search", "b1", "b2")}
    for packet, (surface, prev, following) in sides.items():
        edits = {
            "like": f"packets/{PACKET}", "surface": surface, "cohort_coverage": list(KEYS),
            "canary": {"allowlist": list(KEYS), "percent": 20},
            "prev.baseline": f"{surface}-{prev}", "next.baseline": f"{surface}-{following}",
        }  # fmt: skip
        made.edit(f"packets/{packet}", edits)
        made.seal(packet)
    return made


class WayBack(RuleBasedStateMachine):
    """Packets go forward past their gates and back by the command; nothing that stands keeps anybody from next."""

    @initialize(data=st.data(), far=st.integers(0, 4))
    def opened(self, data: st.DataObject, far: int) -> None:
        """A ledger in which up to four packets were bound and adopted already, one on top of the other."""
        self.world = World(documents().copy()).opened()
        for _ in range(far):
            self.bind(data)
            self.adopt(data)
        if far:
            self.bind(data)

    @rule(data=st.data())
    def bound(self, data: st.DataObject) -> None:
        self.bind(data)

    @rule(data=st.data())
    def adopted(self, data: st.DataObject) -> None:
        self.adopt(data)

    def bind(self, data: st.DataObject) -> None:
        """Some who are free, and on a packet's prev, go to its next."""
        free = {name: keys for name in PACKETS if (keys := self.free(name))}
        if not free:
            return
        packet = data.draw(st.sampled_from(sorted(free)))
        keys = sorted(data.draw(st.lists(st.sampled_from(free[packet]), min_size=1, unique=True)))
        if self.world.packet(packet).phase == "draft":
            self.world.put("shadow", packet)
        known = self.world.packet(packet)
        if known.phase == "shadow":
            self.world.put("canary", packet, only=keys)
        else:
            assert known.next is not None and known.prev is not None
            moves = [Move(key, known.next, known.prev, 20) for key in keys]
            body = {"cohorts": keys, "new": keys, "attempt": known.attempt, "dossier": digest_of(b"")}
            body |= {"verdicts": [], "rows": []}
            added = Event(f"packets/{packet}", "cohorts_added/1", body)
            bound = binding.changed(known.surface, "extend", moves, packet=packet)
            self.world.record([added, bound], {"do": "extend", "packet": packet})
        self.wait()

    def free(self, name: str) -> list[str]:
        """Who is on the packet's prev, was not taken back by it and is held by no other packet in the field."""
        state, packet = self.world.state, self.world.packet(name)
        if packet.phase not in ("draft", "shadow", "canary", "wide"):
            return []
        value = self.world.documents.values[f"packets/{name}"]
        surface = state.surfaces[value["surface"]]
        taken = {
            key
            for other in state.packets.values()
            if other.surface == value["surface"] and other.phase != "adopted"
            for key in other.on_next
        }
        return [
            key
            for key in KEYS
            if key not in taken
            and packet.stages.get(key, "out") == "out"
            and current(surface, key).to.baseline == value["prev"]["baseline"]
        ]

    def adopt(self, data: st.DataObject) -> None:
        """Its next becomes the default, and whoever is not on it is pinned to what they have."""
        ripe = [p.id for p in self.world.state.packets.values() if p.phase == "canary" and p.on_next]
        if ripe:
            adopt(self.world, data.draw(st.sampled_from(sorted(ripe))))
            self.wait()

    @rule(data=st.data(), lift=st.booleans())
    def roll_back(self, data: st.DataObject, lift: bool) -> None:
        """Some go back for good; what that froze is lifted now and then."""
        if going := self.some_on_next(data):
            self.world.do(asking(going, "trigger"))
            frozen = [name for name, surface in self.world.state.surfaces.items() if surface.frozen]
            for name in frozen if lift else ():
                self.world.do(Unfreeze(name, "INC-1"))
            self.wait()

    def some_on_next(self, data: st.DataObject) -> dict[str, tuple[str, ...]]:
        """Any cohorts of up to three packets."""
        there = {p.id: p.on_next for p in self.world.state.packets.values() if p.on_next}
        chosen = st.lists(st.sampled_from(sorted(there)), min_size=1, max_size=3, unique=True)
        return {
            name: tuple(sorted(data.draw(st.lists(st.sampled_from(there[name]), min_size=1, unique=True))))
            for name in (data.draw(chosen) if there else ())
        }

    @rule(packet=packets, resume=st.booleans())
    def hold(self, packet: str, resume: bool) -> None:
        command = Resume(packet) if resume else Pause(packet, "look")
        decision = self.world.decide(command, "ben" if resume else "ana")
        if isinstance(decision, Accepted):
            self.world.record(decision.events, decision.asked, "ben" if resume else "ana")

    def wait(self) -> None:
        self.world.now = after(self.world.now, "PT1H")

    @rule(data=st.data())
    def whoever_is_on_next_can_go_back(self, data: st.DataObject) -> None:
        """Any cohorts of any packets together, by anybody who breaks the glass, to prev or further."""
        if going := self.some_on_next(data):
            one = self.world.packet(next(iter(going)))
            words: dict[str, Any] = {"stale": data.draw(st.booleans())}
            if len(going) == 1:
                words["to"] = data.draw(st.none() | st.sampled_from(sorted(targets(self.world.state, one))))
            words["break_glass"] = data.draw(st.none() | st.just("nobody answers"))
            goes_back(self.world, going, **words)

    @invariant()
    def everybody_can_go_back_at_once(self) -> None:
        there = {packet.id: packet.on_next for packet in self.world.state.packets.values() if packet.on_next}
        if there:
            goes_back(self.world, there)

    @invariant()
    def nobody_is_on_next_by_two_packets(self) -> None:
        state = self.world.state
        held = [(packet.surface, key) for packet in state.packets.values() for key in packet.on_next]
        assert len(held) == len(set(held))
        for packet in state.packets.values():
            for key in packet.on_next:
                assert packet.next is not None
                assert current(state.surfaces[packet.surface], key).to.digest == packet.next.digest
            assert not (packet.ended and packet.on_next)


def asking(going: dict[str, tuple[str, ...]], reason: str, **words: Any) -> Rollback:
    (first, keys), *more = going.items()
    also = tuple({"packet": name, "cohorts": list(own)} for name, own in more)
    return Rollback(first, reason, keys, also=also, **words)


def goes_back(world: World, going: dict[str, tuple[str, ...]], **words: Any) -> None:
    """They are on their targets afterwards, whole and frozen; nobody else moved; who has nobody left has ended."""
    command = asking(going, "operator-judgement", **words)
    before, world = world.state, World(NOWHERE, world.now, forked(world.state))
    decision = world.decide(command, "ana")
    assert isinstance(decision, Accepted), decision
    records = world.record(decision.events, decision.asked, "ana")
    back = {r.stream.partition("/")[2]: r.body for r in records if r.event == "rolled_back/1"}
    assert {name: tuple(body["cohorts"]) for name, body in back.items()} == going
    ended = {name for name in going if set(going[name]) == set(before.packet(name).on_next)}
    for name, body in back.items():
        assert body["to"] in allowed(before, name, ended - {name}, words.get("to"))
    for surface_id, surface in world.state.surfaces.items():
        mine = {
            key: name for name in going if before.packet(name).surface == surface_id for key in going[name]
        }
        for key in KEYS:
            now = current(surface, key)
            if key in mine:
                assert (now.to.baseline, now.percent) == (back[mine[key]]["to"], 100)
                assert surface.frozen_for(key)
            elif key in surface.cohorts:
                assert now == current(before.surfaces[surface_id], key)
        was, default = before.surfaces[surface_id].default[-1].to, surface.default[-1].to
        own = {next_of(before, name): name for name in ended if before.packet(name).phase == "adopted"}
        expected = (
            back[own[was.digest]]["to"] if was.digest in own and own[was.digest] in mine.values() else None
        )
        assert default.baseline == (expected or was.baseline)
        assert (EVERYONE in surface.frozen) >= bool(expected)
    for name in going:
        assert (world.packet(name).phase == "rolled_back") == (name in ended)
        left = set(before.packet(name).on_next) - set(going[name])
        came = (
            set(world.packet(name).on_next) - left
        )  # from a later packet, that went back to this one's next
        assert left <= set(world.packet(name).on_next) and came.isdisjoint(going[name])
        assert not came or name not in ended
    again = world.decide(asking(going, "trigger"))
    assert isinstance(again, Refused) and again.exit == ExitCode.YES


def forked(state: State) -> State:
    """The state with containers of its own: a fold changes those and no value in them."""

    def own(value: Any) -> Any:
        return replace(value, **{item.name: copy(getattr(value, item.name)) for item in fields(value)})

    made: State = own(state)
    made.packets = {name: own(packet) for name, packet in state.packets.items()}
    made.surfaces = {name: own(surface) for name, surface in state.surfaces.items()}
    for surface in made.surfaces.values():
        surface.cohorts = {key: list(line) for key, line in surface.cohorts.items()}
    return made


def next_of(state: State, name: str) -> str:
    target = state.packet(name).next
    assert target is not None
    return target.digest


def allowed(state: State, name: str, ending: set[str], to: str | None) -> set[str]:
    """Where a packet may go back to: what was named; else prev, unless that went back itself, or does now."""
    packet = state.packet(name)
    assert packet.prev is not None
    if to is not None:
        return {to}
    gone = {
        other.next.baseline
        for other in state.packets.values()
        if other.next is not None and (other.phase == "rolled_back" or other.id in ending)
    }
    if packet.prev.baseline not in gone:
        return {packet.prev.baseline}
    known = {bound.to.baseline for bound in state.surfaces[packet.surface].default}
    assert packet.next is not None
    return known - gone - {packet.next.baseline}


FAST = settings(
    max_examples=100, stateful_step_count=20, derandomize=True, deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)  # fmt: skip
DEEP = settings(max_examples=1500, stateful_step_count=50, deadline=None, database=None)


def test_way_back_is_open_from_everywhere() -> None:
    run_state_machine_as_test(WayBack, settings=FAST)


@pytest.mark.deep
def test_way_back_is_open_from_far_away() -> None:
    run_state_machine_as_test(WayBack, settings=DEEP)
