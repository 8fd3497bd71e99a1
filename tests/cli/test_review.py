"""The weekly agenda on one screen, and what stands behind its names: lanes, evidence packets, audits of re-entries."""

import shutil
from pathlib import Path
from typing import Any

import pytest

from govern.domain.commands import Command
from govern.domain.document import digest_of
from govern.domain.mitigation.corrective_actions import CloseAction
from govern.domain.mitigation.lane_health import ObserveInteraction, ObserveStartup
from govern.domain.mitigation.lane_replays import RecordReplay
from govern.domain.mitigation.reentry_decision import AssessReentry, DecideReentry
from govern.domain.records import Record
from govern.domain.rollback.execution import Rollback
from govern.domain.rollout.reentry_exit import ExitMitigation
from govern.errors import ExitCode
from govern.operations.audit import audit
from govern.operations.lanes.reentry_audit import reentry_audit
from govern.operations.workspace import Workspace
from govern.report.audit import record_answer
from govern.report.reentry_evidence import packet_answer
from typed import Ended, Keyboard
from workspaces import Clone, git

PACKET = "no-system-prompt"
MONDAY = "2026-11-23T10:00:00Z"
OWED = {"owner": "ben", "due": "2026-11-26", "required": "the startup pack, replayed in two windows"}
RESULTS = b"sixty of sixty\n"


@pytest.fixture(scope="module")
def made(walked: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """`public` went back on Saturday morning, into its lane."""
    folder = tmp_path_factory.mktemp("back") / "team"
    shutil.copytree(walked, folder)
    Clone(folder, "ben", "2026-11-21T10:00:00Z").done(
        Rollback(PACKET, "operator-judgement", note="users got refusals")
    )
    return folder


@pytest.fixture(scope="module")
def returned(made: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same, kept out once, then approved by ana and signed off by ben on Sunday."""
    folder = tmp_path_factory.mktemp("returned") / "team"
    shutil.copytree(made, folder)
    (folder / "replays").mkdir()
    (folder / "replays/one.csv").write_bytes(RESULTS)
    git(folder, "add", "replays")
    git(folder, "commit", "-qm", "Keep the replays")
    for at, who, command in (
        ("21T12", "ana", replay("replays/one.csv", RESULTS, 60, 60)),
        ("21T12", "ana", DecideReentry("public", "kept", (OWED,))),
        ("21T13", "ana", ObserveStartup("public", "b1")),
        ("21T13", "ana", ObserveInteraction("public", "b1")),
        *(
            ("21T13", "ana", CloseAction("public", f"c{n}", "proof", digest_of(b"proof")))
            for n in range(1, 5)
        ),
        ("22T10", "ana", replay("elsewhere.csv", b"elsewhere", 80, 80)),
        ("22T10", "ana", AssessReentry("public")),
        ("22T10", "ana", DecideReentry("public", "approved")),
        ("22T11", "ben", ExitMitigation("public", stay=True)),
    ):
        Clone(folder, who).acting(who).at(f"2026-11-{at}:00:00Z").done(command)
    return folder


def replay(name: str, data: bytes, n: int, passed: int) -> Command:
    measured: dict[str, Any] = {
        "n": n, "passed": passed, "route_mismatches": {"critical": 0, "other": 0},
        "owner_mutations": {"unauthorized": 0, "authorized": 0}, "side_effects": [],
        "source": {"name": name, "digest": digest_of(data), "rows": n},
    }  # fmt: skip
    return RecordReplay("public", "p", "b1", measured)


class Desk(Keyboard):
    def __call__(self, *words: str, who: str = "ben", now: str = MONDAY) -> Ended:
        return super().__call__(*words, who=who, now=now)


def at(folder: Path, tmp_path: Path, capsys: Any, monkeypatch: Any) -> Desk:
    shutil.copytree(folder, tmp_path / "team")
    return Desk(tmp_path / "team", capsys, monkeypatch)


@pytest.fixture
def typed(made: Path, tmp_path: Path, capsys: Any, monkeypatch: Any) -> Desk:
    return at(made, tmp_path, capsys, monkeypatch)


@pytest.fixture
def back(returned: Path, tmp_path: Path, capsys: Any, monkeypatch: Any) -> Desk:
    return at(returned, tmp_path, capsys, monkeypatch)


SCREEN = """\
ledger {tip}, local, 15 records             Mon 2026-11-23 10:00 UTC SIMULATED
review of 2026-11-23/P1D: not held, and none before
MATRIX
 recurred         nobody
 undecided        nobody
 repeated medium  nobody
 hidden risk      nobody
 rejected         nobody
LANES
 public-01 expires Tue 24 (ben)
CORRECTIVE none
WAIVERS none
DUTIES
 Sun 22     relabel of no-system-prompt (ben) OVERDUE
 Wed 25     calibration review of no-system-prompt (ana)
 Sun 12-20  chat-b1 is to be verified again
FROZEN
 chat for public
BLOCKED nothing
next: govern review --record
"""


def test_review_is_one_screen_with_all_five_rows(typed: Desk) -> None:
    said = typed("review")
    assert (said.code, said.text) == (0, SCREEN.format(tip=typed.tip[:7]))


def test_review_names_who_is_in_a_row_and_the_line_to_begin_with(typed: Desk) -> None:
    said = typed("review", now="2026-11-23T10:00:01Z")
    place = said.lines.index(" undecided        keep to the lifecycle, hold the owner to it:")
    assert said.lines[place + 1 : place + 3] == [
        "                  public-01 since Sat 21 (ben)",
        "   govern mitigation observe public --stable startup --build BUILD",
    ]
    assert typed("review", who="ana", now="2026-11-23T10:00:01Z").advice == ("next", "govern review --record")


def test_review_shows_open_work_by_date_and_what_is_wrong_with_a_lane(typed: Desk) -> None:
    clone = Clone(typed.directory).acting("ana").at("2026-11-23T09:00:00Z")
    clone.done(DecideReentry("public", "kept", (OWED,)))
    said = typed("review")
    assert "LANES 1 in order" in said.lines and "CORRECTIVE" in said.lines
    assert " Thu 26  c1 of public-01 REENTRY_REPLAY_INSUFFICIENT (ben)" in said.lines
    late = typed("review", now="2026-11-27T10:00:00Z")
    assert " Thu 26  c1 of public-01 REENTRY_REPLAY_INSUFFICIENT (ben) OVERDUE" in late.lines
    assert " public-01 expired Thu 26 (ben)" in late.lines


def test_review_is_held_once_in_a_window_and_says_by_whom(typed: Desk) -> None:
    first = typed("review", "--record", "--note", "it waits for replays")
    assert first.code == 0 and "the review of 2026-11-23/P1D, 0 in the matrix, 0 open actions" in first.text
    again = typed("review", "--record", who="ana")
    assert again.code == 1 and "ben held the review of 2026-11-23/P1D at 2026-11-23T10:00:00Z" in again.text
    assert again.advice == ("type", "govern show workspace/main#2")
    assert (
        "review of 2026-11-23/P1D: held 2026-11-23T10:00:00Z by ben (workspace/main#2)"
        in typed("review").lines
    )
    tuesday = typed("review", now="2026-11-24T10:00:00Z")
    assert "not held; the last one held 2026-11-23T10:00:00Z by ben" in " ".join(tuesday.text.split())
    assert typed("review", "--record", who="ana", now="2026-11-24T10:00:00Z").code == 0
    assert typed.audited() == []


def test_review_that_was_held_keeps_what_stood_open_as_values(typed: Desk) -> None:
    typed("review", "--record", now="2026-11-23T10:00:01Z")
    body = typed("show", "workspace/main#2", "--format", "json").json["data"]["body"]
    match, lane = body["matrix"][0], body["lanes"][0]
    assert (match["condition"], match["mitigation_mode_id"], match["records"]) == (
        "undecided", "public-01", ["lanes/public#1"],
    )  # fmt: skip
    assert (lane["expiry_window"], lane["faults"]) == ("2026-11-23/P1D", ["near_expiry"])
    assert [duty["kind"] for duty in body["duties"]] == ["relabel", "calibration_review"]
    assert body["frozen"] == [{"surface": "chat", "cohorts": ["public"]}] and "note" not in body
    assert typed.audited() == []


@pytest.mark.parametrize(
    ("words", "line"),
    [
        (("--record", "--at", "2026-11-22"), "govern review --record"),
        (("--note", "x"), "govern review --note x --record"),
        (("--dry-run",), "govern review --dry-run --record"),
        (("--record", "--note", " "), "govern review --help"),
        (("--recrod",), "govern review --record"),
    ],
)
def test_review_says_what_to_type_instead(typed: Desk, words: tuple[str, ...], line: str) -> None:
    said = typed("review", *words)
    assert (said.code, said.advice[1]) == (2, line)


def test_review_is_held_by_those_of_its_role_alone(typed: Desk) -> None:
    claimed = typed("review", "--record", "--actor", "ana")
    assert claimed.code == 1 and "ana is a claim" in claimed.text
    dry = typed("review", "--record", "--dry-run")
    assert dry.code == 0 and "would record weekly_review_held workspace/main#2" in dry.text


def test_review_of_then_is_read_with_the_clock_of_then(typed: Desk) -> None:
    typed("review", "--record")
    said = typed("review", "--at", "2026-11-22", now="2026-12-31T10:00:00Z")
    assert "as of Sun 2026-11-22 23:59 UTC" in said.lines[0]
    assert said.lines[1] == "review of 2026-11-22/P1D: not held, and none before"
    assert not said.lines[-1].startswith("next: ")


def test_review_gives_the_same_as_data(typed: Desk) -> None:
    data = typed("review", "--format", "json", now="2026-11-23T10:00:01Z").json["data"]
    assert list(data["matrix"]) == ["recurred", "undecided", "repeated_medium", "hidden_risk", "rejected"]
    assert data["matrix"]["undecided"][0]["line"].startswith("govern mitigation observe public")
    assert data["lanes"][0]["faults"][0]["kind"] == "near_expiry"
    assert set(data) >= {
        "window",
        "held",
        "last",
        "corrective_actions",
        "waivers",
        "duties",
        "frozen",
        "blocked",
    }


def test_status_has_a_line_for_every_open_lane(typed: Desk) -> None:
    said = typed("status")
    place = said.lines.index("LANES")
    assert said.lines[place + 1] == " public  public-01  open  expires Tue 24"
    assert typed("status", "--format", "json").json["data"]["lanes"] == [
        {"cohort": "public", "lane": "public-01", "label": None, "expires": "2026-11-24T00:00:00Z"}
    ]
    assert " public  public-01  open  expired Tue 24" in typed("status", now="2026-11-25T10:00:00Z").lines


def test_status_says_nothing_of_lanes_when_none_is_open(back: Desk) -> None:
    assert "LANES" not in back("status").text


def test_open_lane_is_shown_as_on_the_board(typed: Desk) -> None:
    assert typed("show", "public-01").lines[:-1] == typed("mitigation", "board", "public").lines[:-1]
    then = typed("show", "lanes/public-01", "--format", "json").json
    assert (then["command"], then["data"]["mitigation_mode_id"]) == ("show", "public-01")


SHOWN = {
    "public-01": (
        "left at 2026-11-22T11:00:00Z, attempt 2",
        "reentry_decision_recorded (ana): kept, re-public-01",
        "mitigation_exited (ben)",
        "next: govern audit --record lanes/public#",
    ),
    "re-public-02": (
        "evidence_hash",
        "held to minimum version 1",
        "replay 2026-11-21/P1D p of b1: 60 of 60",
        "passed confidence 0.94; 0.9 asked",
        "method wilson_lower_95",
        "decided approved by ana",
        "signed by ben",
        "replays/one.csv",
        "elsewhere.csv",
        "not in git",
    ),
    "evidence/re-public-01": ("label none yet", "kept by ana", "c1 REENTRY_REPLAY_INSUFFICIENT, ben"),
}


@pytest.mark.parametrize("name", SHOWN)
def test_name_on_the_agenda_is_shown(back: Desk, name: str) -> None:
    said = back("show", name)
    words = " ".join(said.text.split())
    assert said.code == 0 and [part for part in SHOWN[name] if part not in words] == []


def test_file_of_a_packet_is_found_at_the_commit_that_holds_its_bytes(back: Desk) -> None:
    files = back("show", "re-public-02", "--format", "json").json["data"]["files"]
    main = git(back.directory, "rev-parse", "main")
    assert [(file["name"], file["commit"]) for file in files] == [
        ("replays/one.csv", main),
        ("elsewhere.csv", None),
    ]


@pytest.mark.parametrize("subject", ["public-01", "lanes/public-01", "lanes/public"])
def test_log_of_a_lane_has_all_its_records(back: Desk, subject: str) -> None:
    said = back("log", subject)
    assert said.lines[0].startswith(f"{subject}: 17 records") and "mitigation_exited" in said.text


def test_log_of_a_packet_has_the_decision_and_the_exit(back: Desk) -> None:
    data = back("log", "re-public-02", "--format", "json").json["data"]
    assert [record["event"] for record in data["records"]] == [
        "reentry_decision_recorded/1",
        "mitigation_exited/1",
    ]


AUDITED = {
    "mitigation_exited": (
        "record bytes as first committed; chain to the genesis record intact",
        "criteria minimum version 1, as when the lane began",
        "evidence packet re-public-02, evidence_hash",
        "2 files, 1 not in git",
        "decided again: SAME RESULT",
        "passed route-match 0; 0 allowed",
        "label eligible_high_confidence",
        "ana held evaluator that day; ben held rollout_approve that day; two different persons",
        "no rejection open; no gate: it stayed where it was",
        "ALLOWED: yes",
    ),
    "reentry_decision_recorded": (
        "packet re-public-01",
        "1 file, digests match",
        "ana held evaluator that day",
        "kept, 4 rejections",
        "ALLOWED: yes",
    ),
}


def named(back: Desk, event: str) -> str:
    data = back("log", "lanes/public", "--format", "json").json["data"]["records"]
    return str(next(record["name"] for record in data if record["event"].startswith(event)))


@pytest.mark.parametrize("event", AUDITED)
def test_audit_of_a_re_entry_shows_what_an_auditor_asks(back: Desk, event: str) -> None:
    said = back("audit", "--record", named(back, event))
    words = " ".join(said.text.split())
    assert said.code == 0 and [part for part in AUDITED[event] if part not in words] == []
    assert back.audited() == []


def test_audit_tells_what_broke_before_a_record_from_what_broke_after_it(back: Desk) -> None:
    name = named(back, "mitigation_exited")
    git(back.directory, "switch", "-q", "govern-ledger")
    git(back.directory, "rm", "-q", back("show", "re-public-02", "--format", "json").json["data"]["path"])
    git(back.directory, "commit", "-qm", "tidy")
    git(back.directory, "switch", "-q", "main")
    said = back("audit", "--record", name)
    assert said.code == 0 and "a later commit breaks the ledger: govern audit" in " ".join(said.text.split())
    assert "GOV-AUD-002" in back("audit").text


def last(there: Workspace, event: str) -> Record:
    return [record for record in there.history.records if record.event == event][-1]


@pytest.fixture
def lost(returned: Path) -> Workspace:
    """A workspace whose ledger lacks the packet of the last decision."""
    there = Clone(returned, "ben", MONDAY).workspace(judge=False)
    decision = last(there, "reentry_decision_recorded/1")
    there.history.inputs.pop(decision.body["packet"]["sha256"])
    return there


def test_re_entry_whose_evidence_packet_is_gone_was_not_allowed(lost: Workspace) -> None:
    audited = audit(lost)
    name = last(lost, "mitigation_exited/1").name
    walk = reentry_audit(lost, audited, name)
    said = record_answer(lost.commands(), name, audited, walk)
    assert walk is None and "ALLOWED: no" in said.lines  # deciding again misses the bytes: the exit is void


def test_decision_whose_evidence_packet_is_gone_says_so(lost: Workspace) -> None:
    audited = audit(lost)
    decision = last(lost, "reentry_decision_recorded/1")
    walk = reentry_audit(lost, audited, decision.name)
    assert walk is not None and not walk.sound
    said = record_answer(lost.commands(), decision.name, audited, walk)
    assert "ALLOWED: no" in said.lines and "NOT THE BYTES" in " ".join(said.lines)
    shown = packet_answer(walk.evidence)
    assert (shown.exit, shown.advice) == (ExitCode.NO, ("type", f"govern audit --record {decision.name}"))
