"""A trigger that fired stands above everything else, with who may answer and the line, until it is answered."""

from pathlib import Path

import pytest

from typed import Ended, Keyboard
from workspaces import Clone

PACKET, TRIGGER = "no-system-prompt", "policy-dislocation"
NOW, LATER = "2026-11-22T10:00:00Z", "2026-11-23T09:00:00Z"
BACK = f"govern rollback execute {PACKET} --cohort public"
FILE = Path("governance", "triggers", f"{TRIGGER}.yaml")
SILENT = [f" ! {TRIGGER} of {PACKET} FIRED 10:00, nobody took note; ana or", "   ben may go back"]
TAKEN = [f" ! {TRIGGER} of {PACKET} FIRED Sun 22 10:00, ben took note", "   10:04; ana or ben may go back"]


@pytest.fixture
def typed(team: Clone, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Keyboard:
    return Keyboard(team.directory, capsys, monkeypatch)


@pytest.fixture
def fired(typed: Keyboard) -> Keyboard:
    fire(typed)
    return typed


def fire(typed: Keyboard, first: int = 10) -> Ended:
    rows = (f"2026-11-21T{hour}:00:00Z,7.2\n" for hour in (first, first + 1))
    (typed.directory / "rates.csv").write_text("timestamp,value\n" + "".join(rows), "utf-8")
    return typed("trigger", "evaluate", PACKET, "--series", "rates.csv", now=NOW)


def marked(said: Ended) -> list[str]:
    return [line for line in said.lines if line.startswith(" ! ")]


@pytest.mark.parametrize("screen", [("status",), ("phase", "show", PACKET), ("review",)])
def test_screens_show_a_firing_until_somebody_went_back(screen: tuple[str, ...], fired: Keyboard) -> None:
    said = fired(*screen, who="ben", now=NOW)
    at = said.lines.index(SILENT[0])
    assert said.lines[at : at + 3] == [*SILENT, f"     {BACK}"]
    fired("trigger", "ack", PACKET, now="2026-11-22T10:04:00Z")
    said = fired(*screen, now=LATER)
    at = said.lines.index(TAKEN[0])
    assert said.lines[at : at + 3] == [*TAKEN, f"     {BACK}"]
    fired(*BACK.split()[1:], "--yes", now=LATER)
    assert marked(fired(*screen, now=LATER)) == []
    assert fired.audited() == []


def test_first_line_of_status_is_the_firing_and_its_line_is_the_one_to_type(fired: Keyboard) -> None:
    said = fired("status", who="ben", now=NOW)
    assert said.lines[1:3] == SILENT and said.lines[4] == "YOU, ben"
    assert (said.code, said.advice) == (0, ("type", BACK))
    said = fired("status", who="ana", now=NOW)
    assert said.advice == ("type", BACK), "an author may go back too"
    assert fired("phase", "show", PACKET, who="ben", now=NOW).advice == ("type", BACK)
    data = fired("status", "--format", "json", now=NOW).json["data"]
    assert [(row["record"], row["taken"], row["who"]) for row in data["fired"]] == [
        (f"packets/{PACKET}#6", None, ["ana", "ben"])
    ]


def test_status_check_is_no_while_a_firing_is_not_answered(fired: Keyboard) -> None:
    said = fired("status", "--check", who="ben", now=NOW)
    assert (said.code, said.advice) == (1, ("type", BACK))
    fired(*BACK.split()[1:], "--yes", now=NOW)
    assert fired("status", "--check", now=NOW).code == 0


def test_two_firings_are_two_lines_that_name_which(fired: Keyboard) -> None:
    fire(fired, 14)
    said = fired("status", who="ben", now=NOW)
    lines = [f"     {BACK} --trigger packets/{PACKET}#{n}" for n in (6, 7)]
    assert len(marked(said)) == 2
    assert all(line.replace(" --trigger", " \\\n       --trigger") in said.text for line in lines)
    assert fired(*said.advice[1].split()[1:], "--yes", now=NOW).code == 0
    assert marked(fired("status", now=NOW)) == [], "everybody is back: neither asks for anything"


def test_status_of_before_shows_what_was_open_then(fired: Keyboard) -> None:
    fired(*BACK.split()[1:], "--yes", who="ben", now=LATER)
    assert marked(fired("status", "--at", "2026-11-22T12:00:00Z", now=LATER)) != []


def test_tasks_stand_by_their_dates_and_the_first_is_next(fired: Keyboard) -> None:
    fired(*BACK.split()[1:], "--yes", who="ben", now=NOW)
    said = fired("status", now=NOW)
    tasks = [line for line in said.lines if line.startswith(" - ")]
    assert [task.split()[1] for task in tasks[:3]] == [PACKET, "relabel", "note"]
    assert said.advice == ("next", f"govern rollback verify {PACKET} --wait 120")
    later = fired("status", now="2026-11-23T10:30:00Z")
    assert later.advice == ("next", f"govern relabel apply {PACKET}"), "a day later only what is owed is left"
