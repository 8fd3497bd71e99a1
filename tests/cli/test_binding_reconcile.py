"""`govern binding reconcile`: what was served beside what was bound, each trouble with its decisions and a line."""

from pathlib import Path
from typing import Any

import pytest

from decision_logs import write_csv
from govern.domain.rollback.execution import Rollback
from served import served, serving
from typed import Ended, Keyboard
from workspaces import Clone

PACKET = "no-system-prompt"
UNITS = tuple(map(str, range(60)))
NOON, NEXT_DAY = "2026-11-21T12:00:00Z", "2026-11-22T10:30:00Z"


@pytest.fixture
def typed(team: Clone, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Keyboard:
    return Keyboard(team.directory, capsys, monkeypatch)


def rows_of(team: Clone, at: str = NOON) -> list[dict[str, Any]]:
    return served(serving(team), "chat", ["public", None, "nobody", "nowhere"], at, UNITS)


def on_next(rows: list[dict[str, Any]]) -> dict[str, Any]:
    return next(row for row in rows if row["model_version_active"].endswith("+v2"))


def reconciled(team: Clone, typed: Keyboard, rows: list[dict[str, Any]], *more: str) -> Ended:
    write_csv(team.directory / "log.csv", rows)
    return typed("binding", "reconcile", "--log", "log.csv", *more, now=NEXT_DAY)


def test_all_is_well_when_the_resolver_stamped_it(team: Clone, typed: Keyboard) -> None:
    said = reconciled(team, typed, rows_of(team))
    assert said.code == 0 and said.lines[-1] == "every decision was served as bound"
    cells = [line.split() for line in said.lines[1:-1]]
    assert ["public", "60", "60", "0", "0", "0", "0"] in cells
    assert ["(no", "key)", "60", "60", "0", "0", "0", "0"] in cells
    assert ["(2", "unknown", "keys)", "120", "120", "0", "0", "0", "0"] in cells


TROUBLES: dict[str, tuple[dict[str, Any], str]] = {
    "mismatched": ({"model_version_active": "gpt-5", "cache_key": None}, f"--cohort public --at {NOON}"),
    "missing_version": ({"model_version_active": None}, "govern schema show stamp.v1"),
    "unbound": ({"surface": "chat-2"}, "govern binding show"),
    "calibration_missing": ({"calibration_packet_id": None}, f"--cohort public --at {NOON}"),
    "cache_without_version": ({"cache_key": "chat:q"}, "govern schema show stamp.v1"),
}


@pytest.mark.parametrize(
    ("kind", "wrong", "line"), [(k, *told) for k, told in TROUBLES.items()], ids=TROUBLES
)
def test_trouble_is_shown_with_its_decision_and_one_line(
    team: Clone, typed: Keyboard, kind: str, wrong: dict[str, Any], line: str
) -> None:
    rows = rows_of(team)
    bad = on_next(rows)
    bad |= wrong
    said = reconciled(team, typed, rows)
    assert said.code == 1 and said.advice[0] == "type" and said.advice[1].endswith(line)
    assert any(text.startswith(f"{kind}  1 ") for text in said.lines)
    assert bad["decision_id"] in said.text
    data = reconciled(team, typed, rows, "--format", "json").json["data"]
    assert [(one["kind"], one["n"]) for one in data["troubles"]] == [(kind, 1)]
    assert data["troubles"][0]["type"] == said.advice[1]
    assert typed(*said.advice[1].split()[1:], now=NEXT_DAY).code == 0


def test_cache_that_outlives_a_rollback_is_named(team: Clone, typed: Keyboard) -> None:
    old = serving(team)
    team.done(Rollback(PACKET, "operator-judgement", note="users of the canary got refusals"))
    late, stale = (
        served(old, "chat", ["public"], f"2026-11-22T{at}Z", UNITS) for at in ("10:01:59", "10:02:00")
    )
    wrong = sum(row["model_version_active"].endswith("+v2") for row in stale)
    found = reconciled(team, typed, [*late, *stale], "--format", "json").json["data"]
    assert {one["kind"]: one["n"] for one in found["troubles"]} == {"mismatched": wrong, "stale_cache": wrong}
    (row,) = found["cohorts"]
    assert (row["late"], row["mismatched"]) == (wrong, wrong) and wrong > 0
    said = reconciled(team, typed, [*late, *stale])
    assert "stale_cache" in said.text and "empty the cache now" in " ".join(said.text.split())


def test_one_surface_is_asked_for_alone(team: Clone, typed: Keyboard) -> None:
    rows = rows_of(team)
    elsewhere = [row | {"surface": "search", "decision_id": f"s{n}"} for n, row in enumerate(rows)]
    data = reconciled(team, typed, [*rows, *elsewhere], "--surface", "chat", "--format", "json").json["data"]
    assert data["troubles"] == [] and data["n"] == len(rows) and data["outside"] == 0
    refused = reconciled(team, typed, rows, "--surface", "chta")
    assert refused.code == 2 and refused.advice[1].endswith("--surface chat")


def test_no_decision_is_no_proof(team: Clone, typed: Keyboard) -> None:
    said = reconciled(team, typed, rows_of(team), "--since", "2026-11-22")
    assert said.code == 1 and said.advice == ("type", "govern binding reconcile")
    assert "no decision in this window" in said.text


def test_log_is_asked_for_when_none_is_there(team: Clone, typed: Keyboard, tmp_path: Path) -> None:
    said = typed("binding", "reconcile", now=NEXT_DAY)
    assert said.code == 2 and said.advice[0] == "type"


def test_nothing_of_a_log_reaches_the_terminal_as_it_is(team: Clone, typed: Keyboard) -> None:
    rows = rows_of(team)
    bad = on_next(rows)
    bad |= {
        "decision_id": "red \x1b[31m",
        "model_version_active": "gpt-5\x1b[2J",
        "cohort_key": "$(reboot);\n",
    }
    said = reconciled(team, typed, rows)
    assert "\x1b" not in said.text and said.advice[1] == f"govern binding show --surface chat --at {NOON}"
