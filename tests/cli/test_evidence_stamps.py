"""`govern evidence stamps`: the figures, the record, the folder for a partner, and how it ends."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from decision_logs import write_csv
from served import served, serving
from typed import Ended, Keyboard
from workspaces import Clone

PACKET = "no-system-prompt"
UNITS = tuple(map(str, range(60)))
AT = "2026-11-21T12:00:00Z"
LINE = ("evidence", "stamps", PACKET, "--log", "log.csv")


@pytest.fixture
def typed(team: Clone, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Keyboard:
    return Keyboard(team.directory, capsys, monkeypatch)


def logged(team: Clone, wrong: dict[str, Any] | None = None) -> Path:
    """Sixty decisions of the one cohort; the first on next with fields changed."""
    rows = served(serving(team), "chat", ["public"], AT, UNITS)
    bad = next(row for row in rows if row["model_version_active"].endswith("+v2"))
    bad |= wrong or {}
    return write_csv(team.directory / "log.csv", rows)


def stamps(typed: Keyboard, *more: str) -> Ended:
    return typed(*LINE, *more, now="2026-11-22T10:00:00Z")


def test_clean_sample_is_recorded_and_leads_on(team: Clone, typed: Keyboard) -> None:
    logged(team)
    dry = stamps(typed, "--dry-run")
    assert dry.code == 0 and "would record evidence_recorded" in dry.text
    said = stamps(typed)
    assert said.code == 0 and said.advice == ("next", f"govern evidence list {PACKET}")
    assert said.lines[0] == "60 stamps on chat until 2026-11-21T12:00:01Z, all"
    assert any(line.split()[:4] == ["public", "60", "60", "0"] for line in said.lines)
    assert "stamps, 60 rows of log.csv" in typed("evidence", "list", PACKET).text
    assert typed.audited() == []


def test_fault_is_recorded_shown_and_ends_with_one(team: Clone, typed: Keyboard) -> None:
    logged(team, {"model_version_active": None})
    said = stamps(typed, "--format", "json")
    answer = said.json
    assert (said.code, answer["verdict"], answer["ok"]) == (1, "failed", False)
    assert answer["data"]["records"] and answer["data"]["type"] == "govern explain stamps"
    assert len(answer["data"]["latest"]["missing_version"]) == 1
    assert typed.audited() == []


def test_source_of_the_workspace_is_read_when_no_log_is_named(team: Clone, typed: Keyboard) -> None:
    rows = served(serving(team), "chat", ["public"], AT, UNITS)
    write_csv(team.directory / "logs/decisions-1.csv", rows)
    assert typed("evidence", "stamps", PACKET, "--sample", "7", now="2026-11-22T10:00:00Z").code in (0, 1)
    listed = typed("evidence", "list", PACKET, "--format", "json").json["data"]["evidence"][-1]
    assert listed["source"]["params"]["sample"] == 7 and listed["excluded"] == {"not_sampled": 53}


def test_nothing_new_names_the_line_that_samples_again(team: Clone, typed: Keyboard) -> None:
    logged(team)
    stamps(typed)
    said = stamps(typed)
    assert said.code == 2 and "nothing new to sample" in said.text
    assert said.advice == ("type", f"govern {' '.join(LINE)} --since 2026-11-21T09:30:00Z")
    again = typed(*said.advice[1].split()[1:], now="2026-11-22T11:00:00Z")
    assert again.code == 0


def test_packet_for_a_partner_is_written_once_and_checks_itself(
    team: Clone, typed: Keyboard, tmp_path: Path
) -> None:
    logged(team)
    folder = tmp_path / "packet"
    assert "dry run" in stamps(typed, "--export", str(folder), "--dry-run").text and not folder.exists()
    said = stamps(typed, "--export", str(folder))
    digest = next(line.strip() for line in said.lines if line.startswith("  sha256:"))
    ran = subprocess.run(
        [sys.executable, "-I", str(folder / "check.py")],
        cwd=tmp_path, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert (said.code, ran.returncode) == (0, 0) and digest in ran.stdout
    before = typed.tip
    refused = stamps(typed, "--export", str(folder))
    assert refused.code == 2 and typed.tip == before
    assert refused.advice[1].endswith(f"--export {folder}-2")


def test_record_stands_when_the_folder_cannot_be_written(
    team: Clone, typed: Keyboard, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(*_: object, **__: object) -> str:
        raise OSError(28, "No space left on device")

    logged(team)
    monkeypatch.setattr("govern.operations.new_folder.mkdtemp", fails)
    said = stamps(typed, "--export", str(tmp_path / "packet"))
    assert said.code == 4 and "the sample is recorded, and" in said.text
    assert said.advice[1].endswith("--since 2026-11-21T09:30:00Z") and not (tmp_path / "packet").exists()


@pytest.mark.parametrize(("words", "line"), [
    (("--log", "none.csv"), "govern evidence stamps --help"),
    (("--since", "monday"), "--since 2026-12-01T09:00:00Z"),
    (("--since", "2026-11-22T00:00:00Z", "--until", "2026-11-21T00:00:00Z"), "govern evidence stamps --help"),
    (("--export", "out", "--offline"), "govern evidence stamps --help"),
])  # fmt: skip
def test_slip_is_refused_with_a_line(typed: Keyboard, words: tuple[str, ...], line: str) -> None:
    said = typed("evidence", "stamps", PACKET, *words)
    assert said.code == 2 and said.advice[0] == "type" and line in said.advice[1]


def test_packet_in_draft_is_told_its_next_step(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    from workspaces import opened

    typed = Keyboard(opened(tmp_path / "clone").directory, capsys, monkeypatch)
    said = typed("evidence", "stamps", PACKET, "--log", "log.csv", "--format", "json", now=AT)
    assert said.code == 1
    assert json.loads(said.out)["data"]["type"] == f"govern phase advance {PACKET} --to shadow"
