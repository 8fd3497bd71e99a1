"""After a rollback: `rollback verify`, `rollback note`, `calibration review`, and what the others read of it."""

from pathlib import Path
from typing import Any

import pytest

from back import PACKET, XR, Team, copied, go, make_team
from bars import steps_of
from decision_logs import decision, write_csv
from govern.cli import rollback_verify
from typed import Keyboard

PREV, NEXT = "llama-2-70b-chat+v1", "llama-2-70b-chat+v2"
SOON, LATER = "2026-11-17T02:30:00Z", "2026-11-17T03:00:00Z"
VERIFY = ("rollback", "verify", PACKET)
NOTE = ("rollback", "note", PACKET, "--note", "every headset got refusals.")
REVIEW = ("calibration", "review", PACKET)
CLOSE = (*REVIEW, "--outcome", "kept", "--finding", "no class of errors grew")


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Team:
    """XR went back at 02:10:21 by jo; PC stays."""
    team = make_team(tmp_path_factory.mktemp("back") / "made")
    go(team.jo, *XR)
    return team


@pytest.fixture
def team(made: Team, tmp_path: Path) -> Team:
    return copied(made, tmp_path)


@pytest.fixture
def typed(team: Team, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Keyboard:
    return Keyboard(team.clone("jo").directory, capsys, monkeypatch)


def row(at: str, cohort: str, version: str = PREV) -> dict[str, Any]:
    time = f"2026-11-17T{at}Z"
    return decision(
        f"{at} {cohort}", decided_at=time, surface="chat", cohort_key=cohort, model_version_active=version
    )


BEFORE = [row("02:09:00", "xr-na", NEXT), row("02:10:30", "xr-na", NEXT), row("02:10:55", "xr-eu", NEXT)]
BACK = [
    row("02:11:30", "xr-na"),
    row("02:11:31", "xr-eu"),
    row("02:11:32", "xr-eu"),
    row("02:13:00", "xr-na"),
]
PC = [row("02:12:30", "pc-na", NEXT)]
SERVED = """\
02:11:21 SERVED: chat-b1 in 4 of 4 decisions (xr-eu 2, xr-na 2) since then
last decision on chat-b2 02:10:55; pc-eu pc-na unchanged
1 min after the way back (estimated 5 min)
"""


def log(typed: Keyboard, *rows: dict[str, Any]) -> Path:
    """What the team's own source of decisions holds."""
    return write_csv(typed.directory / "logs" / "decisions-1117.csv", rows)


def test_verify_says_who_decided_since_and_records_it_once(team: Team, typed: Keyboard) -> None:
    log(typed, *BEFORE, *BACK, *PC)
    said = typed(*VERIFY, now=SOON)
    assert said.code == 0 and said.text.startswith(SERVED + "PUBLISHED ")
    assert said.advice == ("next", f"govern relabel apply {PACKET}")
    tip = typed.tip
    again = typed(*VERIFY, now=SOON)
    assert (again.code, typed.tip) == (0, tip) and "recorded already: packets/" in again.text
    assert team.faults() == []


def test_verify_says_what_it_does_and_is_quiet_when_asked(
    typed: Keyboard, monkeypatch: pytest.MonkeyPatch
) -> None:
    log(typed, *BEFORE, *BACK)
    told = steps_of(rollback_verify, monkeypatch)
    for more in ((), ("--quiet",)):
        assert typed(*VERIFY, "--dry-run", *more, now=SOON).code == 0
    assert told == [("looking for decisions on next", False), ("looking for decisions on next", True)]


def test_verify_that_is_only_tried_records_nothing(typed: Keyboard) -> None:
    log(typed, *BEFORE, *BACK)
    tip = typed.tip
    said = typed(*VERIFY, "--dry-run", now=SOON)
    assert (said.code, typed.tip) == (0, tip)
    assert "dry run: would record rollback_verified" in said.text and said.text.startswith(SERVED)


def test_verify_while_next_is_still_served_says_by_whom_and_waits_if_asked(typed: Keyboard) -> None:
    log(typed, *BEFORE, *BACK[:2])
    tip = typed.tip
    said = typed(*VERIFY, now=SOON)
    assert said.lines == [
        "still served: chat-b2 in 2 of 4 decisions (xr-eu 1, xr-na 1) since 02:10:21, the",
        "  last 02:10:55",
        "the log ends 02:11:31",
        f"type: govern rollback verify {PACKET} --wait 120",
    ]
    assert (said.code, typed.tip) == (1, tip)
    data = typed(*VERIFY, "--format", "json", now=SOON).json
    assert (data["ok"], data["verdict"], data["data"]["outcome"]) == (False, "failed", "still served")
    assert data["data"]["on_next"]["xr-na"]["last"] == "2026-11-17T02:10:30Z"


INCONCLUSIVE = [
    (BEFORE[:1], "inconclusive: the log has no decision since the way back, 02:10:21"),
    (PC, "inconclusive: no decision of xr-eu xr-na since 02:10:21 says which version made"),
    ([*BEFORE, BACK[0], BACK[3]], "inconclusive: no decision of xr-eu since 02:11:21 says which version made it"),
    ([BACK[0], row("02:10:40", "xr-eu")],
     "inconclusive: none on chat-b2 since 02:10:21, but the first PT1M is not over"),
]  # fmt: skip


@pytest.mark.parametrize(("rows", "told"), INCONCLUSIVE, ids=[told[14:50] for _, told in INCONCLUSIVE])
def test_verify_without_data_shows_nothing(typed: Keyboard, rows: list[dict[str, Any]], told: str) -> None:
    log(typed, *rows)
    tip = typed.tip
    said = typed(*VERIFY, "--window", "PT2M" if "PT1M" in told else "PT1M", now=SOON)
    assert (said.code, typed.tip, said.lines[0]) == (1, tip, told.replace("PT1M", "PT2M"))
    assert said.advice[1].endswith("--wait 120")


def test_verify_of_a_log_that_lies_ahead_of_the_clock_does_not_advise_to_wait(typed: Keyboard) -> None:
    log(typed, *BEFORE, row("02:11:30", "xr-na"), row("02:11:31", "xr-eu"), row("03:13:00", "xr-na"))
    said = typed(*VERIFY, now=SOON)
    told = " ".join(said.text.split())
    assert said.code == 1 and "the log's last decision, 2026-11-17T03:13:00Z, lies ahead of the clock" in told
    assert said.advice == ("type", f"govern rollback verify {PACKET} --log FILE")


REFUSED = [
    (("rollback", "verify", "no-systm-prompt"), 2, "govern status"),
    (("rollback", "verify", "tv-prompt"), 2, "govern phase show tv-prompt"),
    ((*VERIFY, "--window", "soon"), 2, f"govern rollback verify {PACKET} --window PT1M"),
    ((*VERIFY, "--rollback", "packets/x#1"), 2, f"govern rollback verify {PACKET} --rollback 'packets/{PACKET}#"),
    ((*VERIFY, "--log", "nowhere.csv"), 2, "govern "),
    (("rollback", "note", "no-systm-prompt", "--note", "x"), 2, f"govern rollback note {PACKET} --note x"),
    (("rollback", "note", "tv-prompt", "--note", "x"), 2, "govern phase show tv-prompt"),
    ((*NOTE, "--reviewed"), 1, f'govern rollback note {PACKET} --note "..."'),
    (CLOSE, 1, f"govern relabel apply {PACKET}"),
    ((*REVIEW, "--outcome", "keep", "--finding", "x"), 2, f"govern calibration review {PACKET} --outcome kept"),
    ((*REVIEW, "--finding", "x"), 2, f"govern calibration review {PACKET} --finding x --outcome kept"),
    ((*REVIEW, "--outcome", "kept"), 2, f"govern calibration review {PACKET} --outcome kept --finding ..."),
    (("calibration", "review", "no-systm-prompt"), 2, f"govern calibration review {PACKET}"),
    (("calibration", "review", "tv-prompt"), 1, "govern status"),
]  # fmt: skip


@pytest.mark.parametrize(("words", "code", "line"), REFUSED, ids=[" ".join(words) for words, *_ in REFUSED])
def test_a_slip_is_answered_with_a_line_and_writes_nothing(
    typed: Keyboard, words: tuple[str, ...], code: int, line: str
) -> None:
    log(typed, *BEFORE, *BACK)
    tip = typed.tip
    said = typed(*words, now=SOON)
    assert (said.code, typed.tip) == (code, tip), said.text
    assert said.advice[0] in ("type", "next") and said.advice[1].startswith(line), said.text


def test_verify_without_the_remote_shows_what_it_saw_and_may_record_it_here(
    team: Team, typed: Keyboard
) -> None:
    log(typed, *BEFORE, *BACK)
    team.offline()
    said = typed(*VERIFY, now=SOON)
    assert (
        said.code == 4
        and said.text.startswith("02:11:21 SERVED: ")
        and "NOT RECORDED: origin did" in said.text
    )
    assert said.advice == ("type", f"govern rollback verify {PACKET} --offline")
    here = typed(*VERIFY, "--offline", now=SOON)
    assert here.code == 4 and "NOT PUBLISHED" in here.text
    team.online()
    assert typed("sync", now=LATER).code == 0
    assert f"{PACKET}#" in typed(*VERIFY, now=LATER).text
    assert team.faults() == []


def test_note_is_what_the_others_read_and_the_instants_are_kept_apart(team: Team, typed: Keyboard) -> None:
    log(typed, *BEFORE, *BACK)
    before = " ".join(typed("rollback", "show", PACKET, now=SOON).text.split())
    assert "Why: operator-judgement." in before
    assert (
        "No trigger fired. RECORDED 02:10:21. PUBLISHED: the ledger keeps no time. SERVED: not verified yet."
        in before
    )
    assert typed(*VERIFY, now=SOON).code == 0
    said = typed(*NOTE, who="mara", now=SOON)
    assert said.code == 0 and "note on packets/no-system-prompt#" in said.text
    assert said.advice == ("next", f"govern rollback show {PACKET} --format markdown")
    after = " ".join(typed("rollback", "show", PACKET, now=SOON).text.split())
    assert "Why: every headset got refusals. - No trigger" in after
    assert "SERVED 02:11:21, after 1 min (estimated 5 min)." in after
    assert "note of" not in typed("status", now=LATER).text
    assert team.faults() == []


def test_broken_glass_is_reviewed_by_another_person_of_the_role(team: Team, typed: Keyboard) -> None:
    words = (
        "rollback",
        "execute",
        "tv-prompt",
        "--reason",
        "operator-judgement",
        "--break-glass",
        "nobody",
        "--yes",
    )
    assert typed(*words, who="lee", now=SOON).code == 0
    review = ("rollback", "note", "tv-prompt", "--note", "it was right", "--reviewed")
    assert (
        'govern rollback note tv-prompt --note "..." --reviewed' in typed("status", who="jo", now=SOON).text
    )
    refused = typed(*review, who="lee", now=SOON)
    assert (refused.code, refused.advice[0]) == (1, "jo types")
    assert typed(*review, who="mara", now=SOON).code == 0
    assert "Reviewed by mara, packets/tv-prompt#" in typed("rollback", "show", "tv-prompt", now=SOON).text
    assert "glass" not in typed("status", who="jo", now=LATER).text
    assert team.faults() == []


def test_review_has_an_agenda_and_closes_once_the_decisions_are_relabelled(
    team: Team, typed: Keyboard
) -> None:
    log(typed, *BEFORE, *BACK, *PC)
    said = typed(*REVIEW, now=SOON)
    assert said.code == 0 and said.lines[0] == f"initial, that of next in {PACKET}"
    assert " errors    no classes are named" in said.text and " waits     until" in said.text
    assert said.advice == ("next", f"govern relabel apply {PACKET}")
    assert typed(*CLOSE, who="jo", now=SOON).code == 1
    assert typed("relabel", "apply", PACKET, now=SOON).code == 0
    assert typed("relabel", "verify", PACKET, now=SOON).code == 0
    line = f'govern calibration review {PACKET} --outcome kept --finding "..."'
    assert typed(*REVIEW, now=SOON).advice == ("next", line)
    data = typed(*REVIEW, "--format", "json", now=SOON).json["data"]
    assert (data["calibration"], data["document"]["id"], data["labels"]) == ("initial", "initial", [])
    done = typed(*CLOSE, who="jo", now=SOON)
    assert done.code == 0 and done.text.splitlines()[0].endswith("initial is kept")
    again = typed(*CLOSE, who="jo", now=LATER)
    assert again.code == 0 and "closed already by jo: packets/" in again.text
    slip = typed(*REVIEW, "--outcome", "keep", "--finding", "x", now=LATER)
    assert slip.code == 2 and "no outcome `keep`" in slip.text, "a word that there is not is no answer"
    assert slip.advice[1] == f"govern calibration review {PACKET} --outcome kept --finding x"
    assert "calibration review" not in typed("status", now=LATER).text
    assert "3 decisions since" in " ".join(typed("rollback", "show", PACKET, now=LATER).text.split())
    assert team.faults() == []


def test_review_finds_the_packet_by_its_calibration(typed: Keyboard) -> None:
    assert (
        typed("calibration", "review", "initial", now=SOON).lines[0] == f"initial, that of next in {PACKET}"
    )
    go(team_of(typed), "tv")
    said = typed("calibration", "review", "initial", now=SOON)
    assert said.code == 2 and "initial is the calibration of several packets" in said.text
    assert said.advice == ("type", f"govern calibration review {PACKET}")


def team_of(typed: Keyboard) -> Any:
    return Team(typed.directory.parent).mara


def test_duties_are_printed_with_the_line_that_settles_them(typed: Keyboard) -> None:
    text = " ".join(typed("status", who="jo", now="2026-11-19T00:00:00Z").text.split())
    for line in (
        f"! relabel of {PACKET} govern relabel apply {PACKET}",
        f'! note of {PACKET} govern rollback note {PACKET} --note "..."',
    ):
        assert line in text
    ana = " ".join(typed("status", who="ana", now=SOON).text.split())
    assert f"- calibration review of {PACKET} govern calibration review {PACKET}" in ana


def test_going_back_slower_than_estimated_asks_for_a_new_estimate(team: Team, typed: Keyboard) -> None:
    log(typed, *BEFORE, row("02:16:00", "xr-na", NEXT), row("02:16:30", "xr-na"), row("02:18:30", "xr-eu"))
    said = typed(*VERIFY, now=SOON)
    told = "6 min after the way back, slower than the estimated 5 min: write a new time_to_rollback for chat"
    assert told in " ".join(said.text.split())
    note = "note going back on chat took 6 min (packets/no-system-prompt#"
    assert note in typed("status", now=LATER).text
    assert (
        "SERVED 02:16:21, after 6 min, slower than the" in typed("rollback", "show", PACKET, now=LATER).text
    )
    assert team.faults() == []
