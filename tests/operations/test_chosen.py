"""What few words mean where one change stands on another: which packets, which trigger, what else could be meant."""

from types import SimpleNamespace
from typing import Any, cast

import pytest

from adopting import adopt
from builders import PACKET, World, cohorts, world
from govern.domain.decision import Accepted, Refusal
from govern.domain.rollback.execution import Rollback
from govern.errors import ExitCode, UsageError
from govern.operations.rollback.chosen import chosen
from govern.operations.rollback.wanted import Wanted
from govern.operations.workspace import Workspace
from govern.report.rollback import plan_lines

REASON = "operator-judgement"
FIRED = {
    "trigger": "policy-dislocation", "action": "rollback", "counter": {"consecutive": 1}, "window": "PT1H",
    "condition": {"op": "above", "threshold": 5, "unit": "percent"}, "on_no_data": "inconclusive",
    "windows": ["2026-11-20T10:00:00Z/PT1H"], "first": "2026-11-20T10:00:00Z", "last": "2026-11-20T11:00:00Z",
    "values": [{"cohort": "pc", "window": "2026-11-20T10:00:00Z/PT1H", "value": 7.4}],
    "baseline": "chat-b2", "model_version": "v2", "calibration": None,
    "source": {"path": "seen.csv", "sha256": "sha256:" + "0" * 64, "rows": 2},
}  # fmt: skip


def stacked(*, second_on: str = "chat-b2") -> World:
    """`older` (chat-b2) is adopted with pc and xr; `newer` (chat-b3) has xr in canary."""
    like = f"packets/{PACKET}"
    edits: dict[str, Any] = {
        **cohorts("pc", "xr"),
        "baselines/chat-b3": {"like": "baselines/chat-b2", "model_version": "llama-2-70b-chat+v3"},
        "packets/older": {"like": like, "cohort_coverage": ["pc", "xr"], "canary": {"allowlist": ["pc", "xr"]}},
        "packets/newer": {
            "like": like, "cohort_coverage": ["xr"], "canary": {"allowlist": ["xr"]},
            "prev.baseline": second_on, "next.baseline": "chat-b3",
        },
    }  # fmt: skip
    made = world(edits)
    made.documents.seal("newer")
    if second_on == "chat-b2":
        made.put("canary", "older")
        adopt(made, "older")
        made.put("canary", "newer")
    else:  # the newer one began before the older was adopted
        made.put("canary", "newer")
        made.put("canary", "older", only=["pc"])
        made.now = "2026-11-21T09:00:00Z"
        adopt(made, "older")
    return made


def meant(made: World, fetched: bool = True, **words: Any) -> Rollback:
    there = SimpleNamespace(
        state=made.state, fetched=SimpleNamespace(ok=fetched), repository=SimpleNamespace(remote="origin")
    )
    return chosen(cast(Workspace, there), Wanted(**{"reason": REASON, **words}))


def parts(command: Rollback) -> list[tuple[str, list[str]]]:
    more = [(part["packet"], list(part["cohorts"])) for part in command.also]
    return [(command.packet, list(command.cohorts)), *more]


# what is typed -> who goes back, by packet
MEANT: dict[str, tuple[dict[str, Any], list[tuple[str, list[str]]]]] = {
    "a cohort is of the packet that took it on last": ({"cohorts": ("xr",)}, [("newer", ["xr"])]),
    "cohorts of two packets": (
        {"cohorts": ("pc", "xr")}, [("newer", ["xr"]), ("older", ["pc"])],
    ),
    "a surface is everybody on next there": ({"surface": "chat"}, [("newer", ["xr"]), ("older", ["pc"])]),
    "a version is one of them": ({"model_version": "llama-2-70b-chat+v3"}, [("newer", ["xr"])]),
    "an adopted packet, by name": ({"packet": "older"}, [("older", ["pc"])]),
}  # fmt: skip


@pytest.mark.parametrize("case", MEANT.values(), ids=MEANT)
def test_few_words_mean_every_packet_that_binds_them(
    case: tuple[dict[str, Any], list[tuple[str, list[str]]]],
) -> None:
    words, expected = case
    assert parts(meant(stacked(), **words)) == expected


def test_nothing_typed_asks_for_one_line_each() -> None:
    with pytest.raises(UsageError) as asked:
        meant(stacked())
    lines = [asked.value.type_line, *asked.value.notes]
    assert sorted(map(str, lines)) == [
        f"govern rollback execute {name} --reason {REASON}" for name in ("newer", "older")
    ]


def test_adopted_packet_that_was_meant_for_two_steps_is_told_the_way() -> None:
    with pytest.raises(Refusal) as refusal:
        meant(stacked(), packet="older", cohorts=("xr",))
    refused = refusal.value.refused
    assert refused.reasons == (
        "older is adopted since 11-20; xr is on next by newer",
        "two steps back instead: the same with --to chat-b1",
    )
    assert refused.type_line == f"govern rollback execute newer --cohort xr --reason {REASON}"
    assert refused.exit == ExitCode.NO


def test_same_line_a_second_time_takes_nobody_a_second_step_back() -> None:
    made = stacked()
    made.do(meant(made, cohorts=("xr",)))
    with pytest.raises(Refusal) as refusal:
        meant(made, cohorts=("xr",))
    assert refusal.value.refused.exit == ExitCode.YES
    assert "already back, nothing to do: xr on chat-b2 since" in refusal.value.refused.reasons[0]
    assert parts(meant(made, packet="older", cohorts=("xr",))) == [("older", ["xr"])]


def test_trigger_names_its_packet_and_the_one_that_fired_for_them_is_found() -> None:
    made = stacked()
    fired = made.fact("trigger_fired/1", FIRED | {"cohorts": ["pc"]}, "packets/older").name
    assert meant(made, trigger=fired, reason=None).packet == "older"
    found = meant(made, surface="chat", reason=None)
    assert (found.reason, found.trigger, found.also[0].get("trigger")) == ("trigger", None, fired)
    with pytest.raises(UsageError, match="no trigger fired"):
        meant(made, cohorts=("xr",), reason=None)


def test_several_triggers_are_one_line_each() -> None:
    made = stacked()
    names = [
        made.fact("trigger_fired/1", FIRED | {"cohorts": ["pc"]}, "packets/older").name for _ in range(2)
    ]
    with pytest.raises(UsageError) as asked:
        meant(made, cohorts=("pc",), reason=None)
    assert asked.value.message == f"several triggers fired: {', '.join(names)}; one line each"
    assert asked.value.type_line == f"govern rollback execute --cohort pc --trigger '{names[0]}'"


def planned(made: World, command: Rollback, *named: str) -> list[str]:
    decision = made.decide(command)
    assert isinstance(decision, Accepted)
    return plan_lines(made.state, decision, head="ledger", now=made.now, named=named)


def test_prev_that_was_superseded_is_bound_as_rehearsed_and_the_newer_one_is_named() -> None:
    made = stacked(second_on="chat-b1")
    lines = planned(made, meant(made, cohorts=("xr",)))
    assert "move     xr   chat-b3 -> chat-b1" in lines
    assert [line.strip() for line in lines[-2:]] == [
        "note     chat-b2 replaced chat-b1 on 11-21; binding chat-b1, as rehearsed. For",
        "the newer one: --to chat-b2",
    ]
    lines = planned(made, meant(made, cohorts=("xr",), to="chat-b2"))
    assert "move     xr   chat-b3 -> chat-b2" in lines and not any(line.startswith("note") for line in lines)


def test_cohort_that_is_back_already_is_named_beside_those_who_go() -> None:
    made = stacked()
    made.do(meant(made, packet="older", cohorts=("pc",)))
    lines = planned(made, meant(made, cohorts=("pc", "xr")), "pc", "xr")
    assert "move     xr   chat-b3 -> chat-b1" in lines, "chat-b2 was taken back, too"
    assert lines[-1] == "back     pc on chat-b1: nothing to do"
