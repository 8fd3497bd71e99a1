"""`govern trigger evaluate --watch` and `--rollback`: what a night on call sees, on a clock that nobody waits for."""

from pathlib import Path

import pytest

from back import NOW, PACKET, Team, copied, make_team
from govern.domain.triggers.acknowledgement import Acknowledge
from nights import Night, at_night, hire
from workspaces import be

TRIGGER = "policy-dislocation"


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Team:
    return make_team(tmp_path_factory.mktemp("watched") / "made")


@pytest.fixture
def watched(made: Team, tmp_path: Path) -> Team:
    return copied(made, tmp_path)


@pytest.fixture
def night(watched: Team, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Night:
    return at_night(watched, monkeypatch, capsys)


def test_watch_says_what_changes_and_the_line_to_type_when_it_fires(night: Night) -> None:
    night.rates(1, 7)

    def worse() -> None:
        night.rates(1, 7, 8)
        night.clock(3)

    def goes_on() -> None:
        night.rates(1, 7, 8, 9)
        night.clock(4)

    tip = night.team.tip()
    said = night.watch(lambda: None, worse, lambda: None, goes_on, more=("--every", "PT5M"))
    lines = [line for line in said.lines if not line.startswith(("  counted", "  no data", "  calibration"))]
    assert said.code == 130 and said.err == "watched no longer; what fired is recorded\n"
    assert lines[:3] == [
        f"watching {TRIGGER}, every 5 min; Ctrl-C ends it",
        f"02:00:30 {TRIGGER}: not fired: 1 of 2 windows above 5 percent (xr-na)",
        f"FIRED {TRIGGER}  xr-na 8.0 %; limit 5 %, 2 windows of 1 h",
    ]
    assert said.text.count("FIRED") == 1  # a firing that goes on is the same one
    assert f"type: govern rollback execute {PACKET} --cohort xr-na" in said.lines
    assert night.team.tip() != tip and set(night.paused) == {300.0}
    assert night.team.faults() == []


def test_watch_sees_that_somebody_took_note(night: Night) -> None:
    night.rates(7, 7)

    def taken() -> None:
        night.clock(3)
        (fired,) = night.team.jo.workspace().state.packets[PACKET].fired
        night.team.clone("mara", "2026-11-17T03:00:00Z").done(Acknowledge(PACKET, fired.name))

    said = night.watch(lambda: None, taken, lambda: None)
    assert said.text.count(f"FIRED {TRIGGER}") == 1
    assert said.text.count("mara took note") == 1


def test_watch_outlives_a_file_that_is_being_written(night: Night) -> None:
    night.rates(1, 1)

    def torn() -> None:
        (night.typed.directory / "rates.csv").write_text("timestamp,coho", "utf-8")

    said = night.watch(torn, lambda: None, lambda: night.rates(1, 2))
    assert said.code == 130 and said.text.count("not counted") == 1
    assert said.out.splitlines()[-1].startswith(f"02:00:30 {TRIGGER}: not fired: 0 of 2")
    assert said.err == "watched no longer\n"


def test_watch_without_a_packet_is_about_everything_in_the_field(night: Night) -> None:
    words = ("trigger", "evaluate", "--watch")
    said = night.typed(*words, now=NOW)
    told = " ".join(said.out.split())
    assert said.code == 130 and told.startswith(f"watching {TRIGGER}, every 1 min")
    assert "not counted:" in told and "no file of decisions there" in told


def test_automation_goes_back_where_the_trigger_and_the_policy_say_so(night: Night) -> None:
    hire(night.team, "[jo, mara, bot]")
    night.rates(7, 7)
    be(night.typed.directory, "bot")
    said = night.watch(lambda: None, more=("--rollback",))
    assert said.code == 130 and "PUBLISHED: xr-na on" in " ".join(said.text.split())
    assert night.team.on()["xr-na"] == "chat-b1" and night.team.on()["xr-eu"] == "chat-b2"
    assert f"next: govern rollback verify {PACKET} --wait 120" in said.lines
    assert night.team.faults() == []


def test_automation_promotes_nothing(night: Night) -> None:
    hire(night.team, "[jo, mara, bot]")
    said = night.typed("phase", "advance", PACKET, "--to", "wide", "--yes", who="bot", now=NOW)
    assert said.code == 1 and "bot is automation" in " ".join(said.text.split())


def test_going_back_is_refused_before_the_night_to_who_may_not(night: Night) -> None:
    night.rates(7, 7)
    be(night.typed.directory, "lee")
    tip = night.team.tip()
    for more in ((), ("--watch",)):
        said = night.typed(
            "trigger", "evaluate", PACKET, "--series", "rates.csv", "--rollback", *more, now=NOW
        )
        assert (
            said.code == 1 and "lee does not hold rollback_execute" in said.text and night.team.tip() == tip
        )


def test_one_round_goes_back_too(night: Night) -> None:
    night.rates(7, 7)
    words = ("trigger", "evaluate", PACKET, "--series", "rates.csv")
    assert night.typed(*words, "--rollback", "--dry-run", now=NOW).code == 0
    assert night.team.on()["xr-na"] == "chat-b2"
    assert night.typed(*words, now=NOW).code == 0  # it fires, and nobody goes
    said = night.typed(*words, "--rollback", "--format", "json", now=NOW)
    assert said.json["data"]["rolled_back"].startswith(f"packets/{PACKET}#")
    assert night.team.on()["xr-na"] == "chat-b1"


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("--watch", "--every", "5m"), "a length like PT1M"),
        (("--watch", "--every", "PT0S"), "a second at least"),
        (("--watch", "--format", "json"), "--watch is for people"),
        (("--watch", "--op", ">", "--threshold", "1", "--consecutive", "1"), "brings its own rule"),
        (("next-idea", "--watch"), "there is nothing to watch"),
    ],
)
def test_watch_that_could_never_count_is_refused(words: tuple[str, ...], says: str, night: Night) -> None:
    said = night.typed("trigger", "evaluate", *words, now=NOW)
    assert said.code in (1, 2) and says in " ".join(said.text.split()) and night.paused == []
