"""`govern evidence collect` and `kpi`: the figures, one commit, what is left out, and how it ends."""

import re
from pathlib import Path
from typing import Any

import pytest

from back import make_team
from decision_logs import COLUMNS, write_csv
from govern.domain.rollout.advance import Advance
from govern.domain.rollout.waiver import AcceptRisk
from served import served, serving
from typed import Ended, Keyboard
from workspaces import Clone, git, opened

PACKET = "no-system-prompt"
UNITS = tuple(map(str, range(120)))
DAYS = ("2026-11-22", "2026-11-23")
LINE = ("evidence", "collect", PACKET, "--log", "log.csv")
LATER = "2026-11-24T09:00:00Z"
CODED = ("stamps", "replay_pack", "decisions")


@pytest.fixture
def typed(team: Clone, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Keyboard:
    return Keyboard(team.directory, capsys, monkeypatch)


def decided(team: Clone, days: tuple[str, ...] = DAYS) -> list[dict[str, Any]]:
    """120 decisions of the one cohort at noon of each day."""
    resolver = serving(team)
    return [
        row for day in days for row in served(resolver, "chat", ["public"], f"{day}T12:00:00Z", numbered(day))
    ]


def numbered(day: str) -> tuple[str, ...]:
    return tuple(f"{day}-{unit}" for unit in UNITS)


def logged(team: Clone, rows: list[dict[str, Any]], columns: tuple[str, ...] = COLUMNS) -> Path:
    return write_csv(team.directory / "log.csv", rows, columns)


def collect(typed: Keyboard, *more: str, now: str = LATER) -> Ended:
    return typed(*LINE, *more, now=now)


def recorded(typed: Keyboard) -> list[dict[str, Any]]:
    found = typed("evidence", "list", PACKET, "--format", "json", now=LATER).json["data"]["evidence"]
    return [each for each in found if each["source"]["name"] in CODED]


def test_two_complete_cycles_are_recorded_in_one_commit(team: Clone, typed: Keyboard) -> None:
    logged(team, decided(team))
    dry = collect(typed, "--dry-run")
    assert dry.code == 0 and dry.text.count("evidence_recorded") == 3 and recorded(typed) == []
    before = typed.tip
    said = collect(typed)
    assert (said.code, said.advice) == (0, ("next", f"govern phase check {PACKET}"))
    assert [line.split()[:3] for line in said.lines[1:3]] == [[f"{day}/P1D", "public", "120"] for day in DAYS]
    assert (
        "stamps       240 of 240 as bound" in said.lines and "replay pack  1 decision complete" in said.lines
    )
    assert "the next cycle is complete at 2026-11-25T00:00:00Z" in said.lines
    assert git(team.directory, "rev-list", "--count", f"{before}..{typed.tip}") == "1"
    by_name = {each["source"]["name"]: each for each in recorded(typed)}
    assert set(by_name) == set(CODED)
    assert by_name["decisions"]["windows"] == [f"{day}/P1D" for day in DAYS]
    assert all(each["border"] == "wide" for each in by_name.values())
    assert typed.audited() == []


def test_cycle_that_is_recorded_is_not_measured_again(team: Clone, typed: Keyboard) -> None:
    logged(team, decided(team, DAYS[:1]))
    collect(typed, now="2026-11-23T09:00:00Z")
    again = collect(typed, now="2026-11-23T10:00:00Z")
    assert again.code == 0 and "nothing new: every complete cycle is recorded" in again.text.replace(
        "\n", " "
    )
    assert again.advice == ("next", f"govern phase advance {PACKET} --to wide")
    logged(team, decided(team))
    said = collect(typed)
    assert said.code == 0 and "2026-11-23/P1D" in said.text and "2026-11-22/P1D" not in said.text
    assert "replay pack" not in said.text, "one pack without a broken decision is enough"
    kpi = typed("evidence", "kpi", PACKET, "policy-dislocation-rate", "--log", "log.csv", now=LATER)
    assert kpi.code == 0 and all(f"{day}/P1D" in kpi.text for day in DAYS)
    assert "stamps" not in kpi.text and typed.audited() == []


def test_before_the_first_cycle_it_says_from_when(team: Clone, typed: Keyboard) -> None:
    logged(team, decided(team))
    before = typed.tip
    said = collect(typed, now="2026-11-22T23:59:59Z")
    assert said.code == 1 and "complete at 2026-11-23T00:00:00Z" in said.text.replace("\n ", "")
    assert said.advice == ("type", f"govern phase show {PACKET}") and typed.tip == before


def test_advance_to_canary_says_from_when_it_can_run(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    ben = opened(tmp_path / "clone").acting("ben").at("2026-11-20T09:05:00Z")
    ben.done(Advance(PACKET, "shadow", rehearsal={"same": True, "seconds": 0.1}))
    ben.done(AcceptRisk(PACKET, "nobody scored it", "2026-12-01"))
    there = Keyboard(ben.directory, capsys, monkeypatch)
    said = there("phase", "advance", PACKET, "--to", "canary", "--yes", now="2026-11-20T10:00:00Z")
    assert (
        said.code == 0
        and "the first cycle is complete at 2026-11-22T00:00:00Z; collect it then" in said.lines
    )
    assert said.advice == ("next", f"govern evidence collect {PACKET}")
    early = there(*said.advice[1].split()[1:], now="2026-11-21T23:59:59Z")
    assert early.code == 1 and "is complete at 2026-11-22T00:00:00Z" in " ".join(early.text.split())
    logged(ben, served(serving(ben), "chat", ["public"], "2026-11-21T12:00:00Z", UNITS))
    assert there(*LINE, now="2026-11-22T00:00:00Z").code == 0


def test_cycle_without_a_decision_is_recorded_as_no_data(team: Clone, typed: Keyboard) -> None:
    logged(team, decided(team, DAYS[:1]))
    said = collect(typed)
    line = next(line for line in said.lines if line.startswith("2026-11-23/P1D"))
    assert said.code == 0 and line.split()[2] == "0" and "no data" in line
    assert typed.audited() == []


def test_wrong_stamps_and_bad_policy_are_shown_and_recorded(team: Clone, typed: Keyboard) -> None:
    rows = decided(team)
    for row in rows[:20]:
        row |= {"policy_pass": False, "model_version_active": None}
    logged(team, rows)
    dry = collect(typed, "--dry-run")
    assert (dry.code, dry.advice) == (1, ("type", "govern explain stamps"))
    ended = collect(typed, "--format", "json")
    said = ended.json
    assert (ended.code, said["ok"], said["verdict"]) == (1, False, "failed") and recorded(typed)
    missing = next(r for r in said["data"]["rows"] if r["kpi"] == "missing-model-version-count")
    assert (missing["window"], missing["value"], missing["counts"]) == (
        f"{DAYS[0]}/P1D",
        20,
        {"n": 120, "k": 20},
    )
    assert said["data"]["excluded"]["decisions"] == {"no_version": 20}
    assert said["data"]["stamps"][0]["counts"]["missing_version"] == 20
    assert typed.audited() == []


def test_broken_decision_in_the_pack_is_recorded_and_ends_with_one(team: Clone, typed: Keyboard) -> None:
    rows = decided(team)
    for row in rows[len(UNITS) :]:
        row["model_version_active"] = "gpt-5"
    logged(team, rows)
    said = collect(typed)
    assert said.code == 1 and "1 broken" in said.text and "120 mismatched" in said.text
    assert "replay_pack" in {each["source"]["name"] for each in recorded(typed)}
    mended = decided(team)
    logged(team, mended)
    again = collect(typed)
    assert again.code == 0 and "replay pack  1 decision complete" in again.lines, "a broken one is replaced"
    assert typed.audited() == []


def test_pack_that_shows_nobody_more_is_not_recorded_again(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    two = make_team(tmp_path / "back")
    now, there = "2026-11-18T09:00:00Z", Keyboard(two.mara.directory, capsys, monkeypatch)

    def seen(*keys: str) -> Ended:
        rows = served(serving(two.mara), "chat", keys, "2026-11-17T12:00:00Z", numbered("2026-11-17"))
        write_csv(two.mara.directory / "log.csv", rows, COLUMNS)
        return there(*LINE, now=now)

    first = seen("xr-eu", "xr-na")
    assert "replay pack  2 decisions complete" in first.lines, first.text
    before = there.tip
    again = seen("xr-eu", "xr-na")
    assert (again.code, there.tip) == (0, before) and "nothing new" in again.text
    more = seen("xr-eu", "xr-na", "pc-eu")
    assert "replay pack  3 decisions complete" in more.lines and there.tip != before
    assert two.faults() == []


def test_decisions_on_next_that_are_all_wrong_were_seen(team: Clone, typed: Keyboard) -> None:
    rows = decided(team)
    for row in rows:
        row["model_version_active"] = None
    logged(team, rows)
    said = collect(typed)
    text = " ".join(map(str.strip, said.lines))
    assert said.code == 1 and "nobody seen" not in text
    assert "240 missing version; none rightly on next seen of public" in text


FAULTS = {
    "no such log": ("", "log.csv: No such file or directory"),
    "an empty file": ("\n", "nothing is computed from a log with faults"),
    "a column too few": ("decision_id,decided_at\nx,2026-11-22T12:00:00Z\n", "nothing is computed"),
}


@pytest.mark.parametrize(("text", "said"), FAULTS.values(), ids=FAULTS.keys())
def test_source_that_is_down_or_unsound_records_nothing(
    team: Clone, typed: Keyboard, text: str, said: str
) -> None:
    if text:
        (team.directory / "log.csv").write_text(text, "utf-8")
    before = typed.tip
    ended = collect(typed)
    assert ended.code == 2 and said in re.sub(r"\s+", " ", ended.text) and typed.tip == before


@pytest.mark.parametrize(("words", "line"), [
    (("policy-dislocation-rat",), f"govern evidence kpi {PACKET} policy-dislocation-rate --log log.csv"),
    (("mean-score-delta",), f"govern evidence kpi {PACKET} policy-dislocation-rate"),
])  # fmt: skip
def test_kpi_that_is_not_measured_by_cycle_names_those_that_are(
    team: Clone, typed: Keyboard, words: tuple[str, ...], line: str
) -> None:
    logged(team, decided(team))
    said = typed("evidence", "kpi", PACKET, *words, "--log", "log.csv", now=LATER)
    assert said.code == 2 and said.advice[1].startswith("govern evidence kpi"), line


def test_packet_in_shadow_is_told_its_next_step(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    there = Keyboard(opened(tmp_path / "clone").directory, capsys, monkeypatch)
    said = there("evidence", "collect", PACKET, "--log", "log.csv", now=LATER)
    assert said.code == 1 and said.advice == ("type", f"govern phase advance {PACKET} --to shadow")
