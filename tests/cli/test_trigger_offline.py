"""Counting a trigger while the remote is away: what fires is said, recorded here, and published when it answers."""

from pathlib import Path

import pytest

from back import PACKET, Team, copied, make_team, where
from nights import Night, at_night, hire
from workspaces import be, git

TRIGGER = "policy-dislocation"
BACK = f"govern rollback execute {PACKET} --cohort xr-na"
EVALUATE = ("trigger", "evaluate", PACKET, "--series", "rates.csv")
TWO, THREE = "2026-11-17T02:10:00Z", "2026-11-17T03:10:00Z"


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Team:
    return make_team(tmp_path_factory.mktemp("away") / "made")


@pytest.fixture
def night(
    made: Team, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Night:
    """Two bad hours of xr-na; a program that may go back acts in jo's clone."""
    found = at_night(copied(made, tmp_path), monkeypatch, capsys)
    hire(found.team, "[jo, mara, bot]")
    found.rates(7, 7)
    be(found.typed.directory, "bot")
    assert found.typed("status", "--fetch", now=TWO).code == 0
    return found


def here(night: Night) -> dict[str, str]:
    return where(night.team.jo)


def test_firing_is_said_recorded_here_and_published_by_the_next_round(night: Night) -> None:
    night.team.offline()
    said = night.typed(*EVALUATE, now=TWO)
    assert (said.code, said.advice) == (4, ("type", BACK))
    assert said.lines[0].startswith(f"FIRED {TRIGGER}  xr-na 7.0 %")
    assert "NOT PUBLISHED: the others see it after `govern sync`" in said.lines
    assert "origin did not answer: counted on what was fetched last" in said.lines
    again = night.typed(*EVALUATE, now=TWO)
    assert again.code == 4 and again.lines[0].startswith("FIRED already")
    assert "NOT PUBLISHED: the others see it after `govern sync`" in again.lines
    night.team.online()
    said = night.typed(*EVALUATE, now=THREE)
    assert (said.code, said.advice) == (0, ("type", BACK))
    assert said.lines[0].startswith(f"published  fire-trigger {PACKET} (bot, ")
    (fired,) = night.team.mara.workspace().state.packets[PACKET].fired
    assert fired.when == TWO and night.team.faults() == []


def test_nothing_fired_is_no_alarm_though_the_remote_is_away(night: Night) -> None:
    night.rates(1, 1)
    night.team.offline()
    said = night.typed(*EVALUATE, "--cohort", "xr-na", now=TWO)
    assert said.code == 0 and said.lines[0].startswith("not fired")
    assert said.lines[-1] == "origin did not answer: counted on what was fetched last"


def test_one_round_goes_back_without_the_remote(night: Night) -> None:
    night.team.offline()
    said = night.typed(*EVALUATE, "--rollback", now=TWO)
    assert (said.code, said.advice) == (4, ("type", "govern sync"))
    told = " ".join(said.text.split())
    assert f"FIRED {TRIGGER}" in told and "RECORDED" in told and "NOT PUBLISHED" in told
    assert here(night)["xr-na"] == "chat-b1" and here(night)["xr-eu"] == "chat-b2"
    night.team.online()
    assert night.typed("sync", now=THREE).code == 0
    assert night.team.on()["xr-na"] == "chat-b1" and night.team.faults() == []


def test_watch_goes_back_while_the_remote_is_away_and_publishes_when_it_answers(night: Night) -> None:
    """The whole night: it goes away, the trigger fires, the program goes back, the remote answers again."""
    night.rates(1, 7)

    def worse() -> None:
        night.team.offline()
        night.rates(1, 7, 8)
        night.clock(3)

    def answers() -> None:
        assert here(night)["xr-na"] == "chat-b1"
        night.team.online()
        night.clock(3, 5)

    said = night.watch(worse, lambda: None, answers, lambda: None, more=("--rollback",))
    lines = said.lines
    assert said.code == 130 and said.err == "watched no longer; what fired is recorded\n"
    away = "03:00:00 origin did not answer: counting goes on, on what was fetched last"
    fired = f"FIRED {TRIGGER}  xr-na 8.0 %; limit 5 %, 2 windows of 1 h"
    back = "03:05:00 the remote answers again"
    assert [line for line in lines if line in (away, fired, back)] == [away, fired, back]
    assert said.text.count("FIRED") == 1 and "did not answer, so nothing" not in said.text
    assert lines.index("type: govern sync") < lines.index(back)
    assert [line.split()[1] for line in lines if line.startswith("published")] == ["fire-trigger", "rollback"]
    assert night.team.on()["xr-na"] == "chat-b1" and night.team.faults() == []


def test_watch_that_ends_before_the_remote_answers_leaves_the_line(night: Night) -> None:
    night.team.offline()
    said = night.watch(lambda: None)
    assert (said.code, said.advice) == (4, ("type", "govern sync"))
    assert f"type: {BACK}" in said.lines and said.lines[-2].startswith("NOT PUBLISHED")
    night.team.online()
    assert night.typed("sync", now=THREE).code == 0 and night.team.faults() == []


def test_remote_that_takes_no_push_stops_neither_the_firing_nor_the_way_back(night: Night) -> None:
    night.team.refuse()
    said = night.typed(*EVALUATE, "--rollback", now=TWO)
    assert said.code == 4 and said.lines[0].startswith("FIRED") and here(night)["xr-na"] == "chat-b1"
    assert "NOT PUBLISHED" in said.text and "protected branch" in said.text
    night.team.accept()
    said = night.watch(lambda: None)
    assert said.code == 130 and said.text.count("published ") == 2
    assert night.team.on()["xr-na"] == "chat-b1" and night.team.faults() == []


def test_remote_that_leaves_in_the_middle_of_a_round_is_no_excuse(
    night: Night, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It answers while the trigger is counted, and is gone when the firing is to be recorded."""
    from govern.cli import trigger_round

    counted = trigger_round.count

    def leaving(*given: object) -> object:
        found = counted(*given)  # type: ignore[arg-type]
        night.team.offline()
        return found

    monkeypatch.setattr(trigger_round, "count", leaving)
    said = night.typed(*EVALUATE, "--rollback", now=TWO)
    assert said.code == 4 and said.lines[0].startswith("FIRED") and here(night)["xr-na"] == "chat-b1"
    night.team.online()
    assert night.typed("sync", now=THREE).code == 0 and night.team.faults() == []


def test_firing_on_a_broken_ledger_is_said_and_goes_back_though_nothing_records_it(night: Night) -> None:
    good = night.team.tip()
    other = night.team.clone("ana", name="attacker").directory
    git(other, "switch", "--quiet", "--detach", "origin/govern-ledger")
    git(other, "rm", "--quiet", f"records/packets/{PACKET}/0001.yaml")
    git(other, "commit", "--quiet", "--message=Tidy up")
    git(other, "push", "--quiet", "origin", "HEAD:govern-ledger")
    said = night.typed(*EVALUATE, now=TWO)
    assert (said.code, said.advice) == (4, ("type", f"{BACK} --reason trigger"))
    assert said.lines[0].startswith("FIRED") and "NOT RECORDED: the ledger is broken" in said.text
    said = night.typed(*EVALUATE, "--rollback", now=TWO)
    assert said.code == 4 and here(night)["xr-na"] == "chat-b1"
    git(night.typed.directory, "push", "--quiet", "--force", "origin", f"{good}:refs/heads/govern-ledger")
    assert night.typed("sync", now=THREE).code == 0
    assert night.team.on()["xr-na"] == "chat-b1" and night.team.faults() == []


def test_two_programs_without_the_remote_go_back_once(night: Night) -> None:
    """Mara's clone fires and goes back too; hers is published first, and the other one's is dropped, not doubled."""
    mara = night.team.mara
    night.team.offline()
    assert night.typed(*EVALUATE, "--rollback", now=TWO).code == 4
    hers = at_night(night.team, night.typed.monkeypatch, night.typed.capsys)
    hers.typed.directory = mara.directory
    hers.rates(7, 7)
    assert hers.typed(*EVALUATE, now=TWO).code == 4
    night.team.online()
    assert hers.typed("sync", now=THREE).code == 0
    said = night.typed("sync", now=THREE)
    assert said.code == 0 and "dropped    fire-trigger" in said.text and "published  rollback" in said.text
    packet = mara.at(THREE).workspace().state.packets[PACKET]
    assert len(packet.fired) == 1 and night.team.on()["xr-na"] == "chat-b1"
    assert packet.history[-1].body.get("trigger") == packet.fired[0].name
    assert night.team.faults() == []
