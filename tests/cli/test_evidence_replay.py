"""`govern evidence replay`: built, opened, recorded, and how each of them ends."""

import json
import shlex
from pathlib import Path
from typing import Any

import pytest

from decision_logs import write_csv
from served import served, serving
from typed import Ended, Keyboard
from workspaces import Clone

PACKET = "no-system-prompt"
UNITS = tuple(map(str, range(200)))
AT, NOW = "2026-11-21T12:00:00Z", "2026-11-22T10:00:00Z"


@pytest.fixture
def typed(team: Clone, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Keyboard:
    return Keyboard(team.directory, capsys, monkeypatch)


def logged(team: Clone, wrong: dict[str, Any] | None = None) -> None:
    """Decisions of the one cohort; the first on next with fields changed."""
    rows = served(serving(team), "chat", ["public"], AT, UNITS)
    bad = min((row for row in rows if "+v2" in row["model_version_active"]), key=lambda r: r["decision_id"])
    bad |= wrong or {}
    write_csv(team.directory / "log.csv", rows)


def replay(typed: Keyboard, *more: str) -> Ended:
    return typed("evidence", "replay", PACKET, *more, now=NOW)


def build(typed: Keyboard, *more: str) -> Ended:
    return replay(typed, "--build", "pack", "--log", "log.csv", *more)


def test_pack_is_built_opened_and_recorded_by_the_lines_it_names(team: Clone, typed: Keyboard) -> None:
    logged(team)
    before = typed.tip
    said = build(typed)
    assert said.code == 0 and said.lines[0].startswith("pack ") and typed.tip == before
    assert any(line.split()[:2] == ["public", "5"] for line in said.lines)
    looked = replay(typed, "--open", "pack")
    assert looked.code == 0 and "every digest is right" in looked.text and typed.tip == before
    assert said.advice == looked.advice == ("next", f"govern evidence replay {PACKET} --open pack --record")
    dry = typed(*said.advice[1].split()[1:], "--dry-run", now=NOW)
    assert dry.code == 0 and "would record evidence_recorded" in dry.text and typed.tip == before
    done = typed(*said.advice[1].split()[1:], now=NOW)
    assert done.code == 0 and done.advice == ("next", f"govern evidence list {PACKET}")
    assert "replay_pack, 5 rows of pack" in typed("evidence", "list", PACKET, now=NOW).text
    assert typed.audited() == []


def test_broken_decision_is_shown_recorded_and_ends_with_one(team: Clone, typed: Keyboard) -> None:
    logged(team, {"model_version_active": "gpt-5"})
    assert build(typed, "--decisions", "2").code == 0
    looked = replay(typed, "--open", "pack")
    assert looked.code == 1 and looked.advice[0] == "type"
    assert "mismatched  1 with another stamp than was bound" in looked.lines
    done = replay(typed, "--open", "pack", "--record", "--format", "json")
    answer = done.json
    assert (done.code, answer["verdict"], answer["data"]["records"][0]["event"]) == (
        1, "failed", "evidence_recorded/1",
    )  # fmt: skip
    assert [each["trouble"] for each in answer["data"]["broken"]] == ["mismatched"]
    assert answer["data"]["rows"][0]["counts"] == {"complete": 1, "broken": 1}
    assert typed.audited() == []


def test_changed_pack_is_refused_with_the_line_that_builds_another(team: Clone, typed: Keyboard) -> None:
    logged(team)
    build(typed)
    before = typed.tip
    (team.directory / "pack/bundles.json").write_text("{}")
    said = replay(typed, "--open", "pack", "--record")
    assert said.code == 1 and "bundles.json was changed" in said.text and typed.tip == before
    assert said.advice == ("type", f"govern evidence replay {PACKET} --build NEW-FOLDER")


def test_synthetic_pack_is_not_offered_for_the_record(team: Clone, typed: Keyboard) -> None:
    logged(team)
    build(typed, "--source", "synthetic")
    looked = replay(typed, "--open", "pack")
    assert looked.code == 0 and "--record" not in looked.advice[1]
    assert replay(typed, "--open", "pack", "--record").code == 1


def test_folder_in_use_is_refused_with_another_name(team: Clone, typed: Keyboard) -> None:
    logged(team)
    build(typed)
    said = build(typed)
    assert said.code == 2 and said.advice[1].endswith("--build pack-2 --log log.csv")
    again = typed(*said.advice[1].split()[1:], now=NOW)
    assert again.code == 0
    first, second = (
        {path.name: path.read_bytes() for path in (team.directory / name).rglob("*") if path.is_file()}
        for name in ("pack", "pack-2")
    )
    assert first == second


SLIPS: dict[str, tuple[tuple[str, ...], str]] = {
    "neither": ((), "one of the two"),
    "both": (("--build", "a", "--open", "b"), "one of the two"),
    "to record while building": (("--build", "a", "--record"), "--record goes with --open"),
    "an actor while looking": (("--open", "a", "--actor", "ana"), "--actor goes with --record"),
    "a log while opening": (("--open", "a", "--log", "b"), "--log goes with --build"),
    "ids and cohorts": (("--build", "a", "--id", "x", "--cohort", "y"), "takes no --cohort"),
    "a strange source": (("--build", "a", "--source", "sales"), "no source `sales`"),
    "no pack": (("--open", "nothing"), "is no replay pack"),
    "no log": (("--build", "a", "--log", "none.csv"), "none.csv"),
    "another packet": (("--open", "nothing", "--workspace", "x"), "workspace"),
}


def test_id_that_is_not_there_is_refused_with_a_line_that_goes(team: Clone, typed: Keyboard) -> None:
    logged(team)
    assert build(typed, "--decisions", "1").code == 0
    there = json.loads((team.directory / "pack/decisions.jsonl").read_text("utf-8"))["decision_id"]
    alone = replay(typed, "--build", "a", "--log", "log.csv", "--id", "lost")
    assert (alone.code, alone.advice[1]) == (2, f"govern evidence replay {PACKET} --build NEW-FOLDER")
    some = replay(typed, "--build", "a", "--log", "log.csv", "--id", f"{there},lost")
    assert some.code == 2 and "has no decision lost" in some.text
    assert typed(*shlex.split(some.advice[1])[1:], now=NOW).code == 0 and "--decisions" not in some.advice[1]


@pytest.mark.parametrize(("words", "told"), SLIPS.values(), ids=SLIPS.keys())
def test_slip_is_refused_with_a_line(team: Clone, typed: Keyboard, words: tuple[str, ...], told: str) -> None:
    said = replay(typed, *words)
    assert said.code == 2 and told in " ".join(said.text.split())
    assert said.advice[0] == "type" and not (Path(team.directory) / "a").exists()
