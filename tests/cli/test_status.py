"""`govern status`: one screen that needs nothing else to be read."""

import os
from pathlib import Path

import pytest

from typed import MARCH_TO_JUNE, PASSING, Keyboard, copied, explain, into_shadow, measure, seven_cohorts
from workspaces import git


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return seven_cohorts(tmp_path_factory.mktemp("seven"))


@pytest.fixture
def typed(
    made: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Keyboard:
    return Keyboard(copied(made, tmp_path), capsys, monkeypatch)


SCREEN = """\
ledger {tip}, local, 13 records             Mon 2026-11-23 09:00 UTC SIMULATED
YOU, mara
 - gpt35-june has cycles to collect  govern evidence collect gpt35-june
 - gpt4-june may go to shadow        govern phase advance gpt4-june --to shadow
SURFACE    PACKET      PHASE
answers    gpt35-june  canary
   on next  opinion_survey prime sensitive_jailbreak 10 %: answers-b2
   on prev  code_generation composite happy_numbers sensitive_direct: answers-b1
reasoning  -           -
   on prev  all: reasoning-b1
BLOCKED
 gpt35-june  -> wide  kpi_bands: 3 inconclusive of 3 cohorts; a complete cycle
                      is not collected; policy_flip_spike: opinion_survey,
                      prime, sensitive_jailbreak: not collected in
                      2026-11-22/P1D; stamps: no decision on next was sampled:
                      opinion_survey, prime, sensitive_jailbreak; replay_pack:
                      no decision on next was replayed
DUE
 Sun 12-20  answers-b1 is to be verified again
 Sun 12-20  reasoning-b1 is to be verified again
WAIVERS none
note the way back is unproven: reasoning-b1 was only declared
next: govern evidence collect gpt35-june
"""


@pytest.fixture
def canary(typed: Keyboard) -> Keyboard:
    into_shadow(typed)
    measure(typed)
    explain(typed, "prime")
    explain(typed, "opinion_survey")
    typed("phase", "advance", MARCH_TO_JUNE, "--to", "canary", "--only", PASSING, "--yes", who="mara")
    return typed


def test_status_is_one_screen_of_eighty_columns_with_seven_cohorts(canary: Keyboard) -> None:
    said = canary("status", who="mara", now="2026-11-23T09:00:00Z")
    assert (said.code, said.text) == (0, SCREEN.format(tip=canary.tip[:7]))


def test_status_says_what_blocks_and_whose_it_is(typed: Keyboard) -> None:
    into_shadow(typed)
    assert " gpt35-june  -> canary  no shadow pairs" in typed("status").lines
    measure(typed)
    said = typed("status", who="kim")
    blocked = " ".join(said.text.split())
    assert "-> canary 3 failed, 1 inconclusive of 7 cohorts; 6 of 7 cohorts have losses" in blocked
    task = " - gpt35-june has losses to explain  govern evidence explain gpt35-june"
    assert task in said.lines and said.advice == ("next", "govern evidence explain gpt35-june")


def test_status_tells_somebody_unknown_who_they_are_not(typed: Keyboard) -> None:
    git(typed.directory, "config", "user.email", "nobody@example.com")
    said = typed("status")
    assert said.code == 0 and "YOU are nobody in the policy in force" in said.lines


def test_status_check_ends_with_one_when_something_is_overdue(typed: Keyboard) -> None:
    assert typed("status", "--check", who="kim").code == 0
    late = typed("status", "--check", who="kim", now="2026-12-29T09:00:00Z")
    assert late.code == 1
    assert " ! answers-b1 verified 39 of 30 days    govern baseline verify answers-b1" in late.lines
    assert " Sun 20  answers-b1 is to be verified again OVERDUE" in late.lines
    assert late.advice == ("type", "govern baseline verify answers-b1")
    assert typed("status", "--check", who="lee", now="2026-12-29T09:00:00Z").code == 1


def test_status_shows_waivers_as_debt_until_they_expire(typed: Keyboard) -> None:
    into_shadow(typed)
    waiver = ("--check", "explained", "--reason", "later", "--expires", "2026-11-25")
    typed("packet", "waive", MARCH_TO_JUNE, *waiver, who="kim")
    assert " gpt35-june explained until 2026-11-25 (kim)" in typed("status").lines
    assert "WAIVERS none" in typed("status", now="2026-11-26T09:00:00Z").lines


@pytest.mark.parametrize(("at", "phase"), [("2026-11-20T09:30:00Z", "-"), ("2026-11-20", "shadow")])
def test_status_of_then_is_read_with_the_clock_of_then(typed: Keyboard, at: str, phase: str) -> None:
    into_shadow(typed)
    said = typed("status", "--at", at, now="2027-03-01T09:00:00Z")
    assert f"as of Fri 2026-11-20 {'09:30' if phase == '-' else '23:59'} UTC" in said.lines[0]
    assert "OVERDUE" not in said.text and not said.lines[-1].startswith("next: ")
    surfaces = typed("status", "--at", at, "--format", "json").json["data"]["surfaces"]
    assert surfaces[0]["phase"] == phase


def test_status_gives_the_same_as_data_when_json_is_asked(canary: Keyboard) -> None:
    data = canary("status", "--format", "json", who="mara").json["data"]
    assert set(data) >= {"person", "yours", "surfaces", "blocked", "due", "waivers", "notes", "overdue"}
    assert data["surfaces"][0]["on_next"] == "opinion_survey prime sensitive_jailbreak 10 %: answers-b2"


def test_status_says_how_old_the_last_fetch_is_when_there_is_a_remote(
    typed: Keyboard, tmp_path: Path
) -> None:
    git(tmp_path, "clone", "-q", "--bare", str(typed.directory), "origin.git")
    git(typed.directory, "remote", "add", "origin", str(tmp_path / "origin.git"))
    assert typed("status", "--fetch").lines[0].startswith(f"ledger {typed.tip[:7]}, published, ")
    stamp = typed.directory / ".git/govern/fetched"
    then = stamp.stat().st_mtime - 2 * 3600
    os.utime(stamp, (then, then))
    assert typed("status").lines[1] == " as fetched 2 h ago; with --fetch it is asked again"
    assert " as fetched 2 h ago" in typed("phase", "check", MARCH_TO_JUNE).text
    assert typed("status", "--fetch").lines[1].startswith("YOU")
