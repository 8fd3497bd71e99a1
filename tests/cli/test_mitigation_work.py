"""`mitigation correct`, `contain`, `carry-forward` as they are typed, and what `status` says of the work on lanes."""

import re
from pathlib import Path
from typing import Any

import pytest

from back import XR, Team, copied, go, make_team
from govern.domain.document import digest_of
from govern.domain.mitigation.lane_replays import RecordReplay
from typed import Keyboard

NOW, SOON = "2026-11-17T03:00:00Z", "2026-11-17T04:00:00Z"
CODE = "REENTRY_ROUTE_MISMATCH"
OPEN = (
    "mitigation", "correct", "xr-na", "--code", CODE, "--owner", "mara", "--due", "2026-11-19",
    "--require", "startup replays without a mismatch",
)  # fmt: skip
CLOSE = ("mitigation", "correct", "xr-na", "--close", "c1", "--evidence")
CONTAIN = ("mitigation", "contain", "xr-na", "--finding", "one headset took an old route table")
CARRY = (
    "mitigation", "carry-forward", "xr-na", "--owner", "jo", "--code", "REENTRY_REPLAY_INSUFFICIENT",
    "--until", "2026-11-22",
)  # fmt: skip


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Team:
    """XR went back at 02:10:21 by jo, into two lanes that expire with the 19th."""
    team = make_team(tmp_path_factory.mktemp("back") / "made")
    go(team.jo, *XR)
    return team


@pytest.fixture
def team(made: Team, tmp_path: Path) -> Team:
    return copied(made, tmp_path)


@pytest.fixture
def typed(team: Team, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Keyboard:
    return Keyboard(team.clone("jo").directory, capsys, monkeypatch)


def replayed(team: Team, at: str, critical: int) -> None:
    """A replay of the pack `startup`, with so many critical route mismatches."""
    counts: dict[str, Any] = {
        "n": 60, "passed": 60 - critical, "route_mismatches": {"critical": critical, "other": 0},
        "owner_mutations": {"unauthorized": 0, "authorized": 0}, "side_effects": [],
        "source": {"name": f"{at}.csv", "digest": digest_of(at.encode()), "rows": 60},
    }  # fmt: skip
    team.clone("jo", at).done(RecordReplay("xr-na", "startup", "b-7", counts))


def test_work_is_opened_and_closed_by_what_it_brought(team: Team, typed: Keyboard) -> None:
    said = typed(*OPEN, now=NOW)
    assert said.code == 0 and "PUBLISHED" in said.out
    assert ": c1 of xr-na-01, mara, due with 2026-11-18/P1D" in said.out
    assert said.advice == ("next", "govern mitigation board xr-na")
    proof = typed.directory / "replays" / "startup.csv"
    proof.parent.mkdir(exist_ok=True)
    proof.write_text("id,passed\n1,yes\n", "utf-8")
    said = typed(*CLOSE, "replays/startup.csv", "--note", "routes are read from one table now", now=SOON)
    assert said.code == 0 and ": c1 of xr-na-01 is closed by replays/startup.csv" in said.out
    body = typed("show", "lanes/xr-na#3", "--format", "json", now=SOON).json["data"]["body"]
    assert body["evidence"] == {"name": "replays/startup.csv", "digest": digest_of(proof.read_bytes())}
    assert team.faults() == []


def test_work_that_is_only_tried_records_nothing(typed: Keyboard) -> None:
    tip = typed.tip
    said = typed(*OPEN, "--dry-run", now=NOW)
    assert (said.code, typed.tip) == (0, tip)
    assert "would record corrective_action_opened" in said.out


def test_json_names_the_record(typed: Keyboard) -> None:
    (record,) = typed(*OPEN, "--format", "json", now=NOW).json["data"]["records"]
    assert (record["event"], record["name"]) == ("corrective_action_opened/1", "lanes/xr-na#2")
    assert record["body"]["required_evidence"] == "startup replays without a mismatch"


def test_look_at_what_got_worse_lets_the_lane_go_on(team: Team, typed: Keyboard) -> None:
    refused = typed(*CONTAIN, now=NOW)
    assert (refused.code, refused.advice) == (1, ("type", "govern mitigation board xr-na"))
    assert "nothing in xr-na-01 is regressive" in refused.text
    replayed(team, NOW, critical=0)
    replayed(team, "2026-11-17T03:30:00Z", critical=3)
    status = typed("status", now=SOON)
    assert "containment, xr-na-01 (jo) OVERDUE" in status.out
    assert 'govern mitigation contain xr-na --finding "..."' in status.out
    said = typed(*CONTAIN, now=SOON)
    assert said.code == 0 and ": xr-na-01 is contained: lanes/xr-na#3" in said.out
    assert "containment" not in typed("status", now=SOON).out
    assert team.faults() == []


def test_time_is_given_twice_and_the_new_owner_is_told(team: Team, typed: Keyboard) -> None:
    said = typed(*CARRY, now=NOW)
    assert said.code == 0 and ": xr-na-01 expires with 2026-11-21/P1D, jo owns it" in said.out
    again = typed(*CARRY[:-1], "2026-11-24", now=SOON)
    assert "expires with 2026-11-23/P1D" in again.out
    refused = typed(*CARRY[:-1], "2026-11-26", now=SOON)
    assert refused.code == 1 and "was carried forward 2 times: it is decided by 2026-11-24" in refused.text
    assert refused.advice == ("type", "govern mitigation decide xr-na --outcome kept")
    assert team.faults() == []


def test_expired_lane_is_decided(typed: Keyboard) -> None:
    refused = typed(*CARRY, now="2026-11-20T00:00:00Z")
    assert refused.code == 1 and "an expired lane is decided, not carried" in refused.text


REFUSED: dict[str, tuple[tuple[str, ...], int, str, str]] = {
    "work that only puts it off": (
        (*OPEN[:-1], "retry later"), 2, "`retry later` is no work",
        "govern mitigation correct xr-na --code REENTRY_ROUTE_MISMATCH --owner mara --due 2026-11-19 --require"
        " 'replays of PACK in two windows without a critical mismatch'"),
    "work without an owner and a date": (
        ("mitigation", "correct", "xr-na", "--code", CODE, "--require", "replays"), 2, "left out: --owner, --due",
        f'govern mitigation correct xr-na --code {CODE} --owner jo --due DATE --require "replays"'),
    "a date that is over": (
        (*OPEN[:8], "2026-11-16", *OPEN[9:]), 2, "work is due between now",
        f"govern mitigation correct xr-na --code {CODE} --owner mara --due 2026-11-19 --require"
        " 'startup replays without a mismatch'"),
    "a file that is misspelt": (
        (*CLOSE, "RUNBOK.md"), 2, "no file RUNBOK.md",
        "govern mitigation correct xr-na --close c1 --evidence RUNBOOK.md"),
    "a file with nothing in it": (
        (*CLOSE, "empty.csv"), 2, "empty.csv is empty: it shows nothing",
        "govern mitigation correct xr-na --close c1 --evidence FILE"),
    "work closed by nothing": (
        CLOSE[:-1], 2, "work is closed by what it brought",
        "govern mitigation correct xr-na --close c1 --evidence FILE"),
    "an owner for what is closed": (
        (*CLOSE, "RUNBOOK.md", "--owner", "jo"), 2, "--owner is for work that is opened, not for --close",
        "govern mitigation correct xr-na --close c1 --evidence FILE"),
    "evidence for what is opened": (
        (*OPEN, "--evidence", "RUNBOOK.md"), 2, "--evidence is for work that is closed",
        "govern mitigation correct xr-na --close ACTION --evidence FILE"),
    "work that nobody opened": (
        (*CLOSE, "RUNBOOK.md"), 2, "no action `c1` in xr-na-01; open: none", "govern mitigation board xr-na"),
    "a code that is none": (
        (*CARRY[:6], "too-busy", *CARRY[7:]), 2, "no code `too-busy`",
        f"govern mitigation carry-forward xr-na --owner jo --code {CODE} --until 2026-11-22"),
    "too much time": (
        (*CARRY[:-1], "2026-12-24"), 2, "is carried by 2 windows at most, to 2026-11-22",
        "govern mitigation carry-forward xr-na --owner jo --code REENTRY_REPLAY_INSUFFICIENT --until 2026-11-22"),
    "a cohort that is in no lane": (
        ("mitigation", "contain", "xr-nb", "--finding", "none"), 2, "no mitigation lane `xr-nb`; nearest: xr-na",
        "govern mitigation board"),
}  # fmt: skip


@pytest.mark.parametrize("case", REFUSED)
def test_refusal_ends_with_a_whole_line(typed: Keyboard, case: str) -> None:
    words, code, told, line = REFUSED[case]
    (typed.directory / "empty.csv").touch()
    (typed.directory / "RUNBOOK.md").write_text("how to go back\n", "utf-8")
    tip = typed.tip
    said = typed(*words, now=NOW)
    assert (said.code, typed.tip) == (code, tip)
    assert told in " ".join(said.text.split())
    assert said.advice == ("type", line)


def test_work_is_an_evaluator_s(typed: Keyboard) -> None:
    said = typed(*OPEN, who="lee", now=NOW)
    assert said.code == 1 and "lee may not: it takes evaluator" in said.text


def test_status_tells_open_work_its_owner_and_when_it_is_overdue(typed: Keyboard) -> None:
    typed(*OPEN, now=NOW)
    mine, others = "corrective action c1 of xr-na-01", "corrective action c1, xr-na-01 (mara)"
    assert mine not in typed("status", now=SOON).out
    soon = typed("status", who="mara", now=SOON).out
    assert mine in soon and others in soon and f"{others} OVERDUE" not in soon
    late = typed("status", "--check", who="mara", now="2026-11-19T00:00:00Z")
    assert late.code == 1 and f"{others} OVERDUE" in late.out
    assert "corrective action c1 of xr-na-01" in late.out


def test_status_tells_a_lane_that_ends_undecided_from_the_window_before_its_last(typed: Keyboard) -> None:
    assert "decision, xr-na-01" not in typed("status", now="2026-11-17T23:59:59Z").out
    soon = typed("status", now="2026-11-18T00:00:00Z").out
    assert re.search(r"^ Fri 20 +decision, xr-na-01 \(jo\)$", soon, re.MULTILINE)
    assert "govern mitigation assess xr-na" in soon
    late = typed("status", now="2026-11-20T00:00:00Z").out
    assert "decision, xr-na-01 (jo) OVERDUE" in late
    assert "govern mitigation decide xr-na --outcome kept" in late


def test_board_of_a_surface_that_nobody_knows_is_refused(typed: Keyboard) -> None:
    """Else it would say that no cohort is in mitigation there."""
    ended = typed("mitigation", "board", "--surface", "chatt", now=SOON)
    assert ended.code == 2 and "no surface `chatt`" in ended.text
    assert ended.advice == ("type", "govern mitigation board --surface chat")


def test_carrying_to_no_day_ends_with_a_line_that_carries(typed: Keyboard) -> None:
    ended = typed(*CARRY[:-1], "soon", now=SOON)
    assert ended.code == 2 and ended.advice[1].startswith("govern mitigation carry-forward xr-na --owner jo")
