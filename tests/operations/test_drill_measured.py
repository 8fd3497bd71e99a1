"""A new card begins with what was measured last of prev, else with what another card of its package says."""

import shutil
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import yaml

from govern.operations.drills import measured
from govern.operations.drills.measured import baselines
from rehearsed import BEGAN, PACKAGE, make_team
from typed import Keyboard
from workspaces import Clone

KPIS = {"mismatches": {"measure": "mismatch_rate"}, "own": {"measure": {"promql": "up"}}}


def row(value: float | None, cohort: str | None = None, **other: Any) -> dict[str, Any]:
    """A figure of prev over all cohorts, where nothing else is said."""
    return {"kpi": "mismatches", "arm": "prev", "window": "", "cohort": cohort, "value": value} | other


TABLES: dict[str, list[Any]] = {
    "newest": [row(None), row(1.6, window="2026-11-02/P7D"), row(1.7, window="2026-11-09/P7D"), row(9, "xr")],
    "older": [row(5.0), row(0.4, arm="next"), row(3.0, kpi="own"), row(2.0, kpi="gone")],
}


@pytest.mark.parametrize(
    ("tables", "found"),
    [(("older", "newest"), 1.7), (("older",), 5.0), ((), 1.3)],
)
def test_newest_figure_of_prev_goes_before_what_a_card_says(
    tables: tuple[str, ...], found: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    evidence = [SimpleNamespace(n=n, body={"table": {"sha256": name}}) for n, name in enumerate(tables)]
    workspace = SimpleNamespace(
        state=SimpleNamespace(packets={"p": SimpleNamespace(evidence=evidence)}),
        documents=lambda: SimpleNamespace(table=TABLES.__getitem__),
    )
    monkeypatch.setattr(measured, "open_workspace", lambda *_, **__: workspace)
    cards = [
        {"package_id": PACKAGE, "metrics": {"mismatch_rate": {"baseline": 1.3}}},
        {"package_id": "another", "metrics": {"mismatch_rate": {"baseline": 7}}},
    ]
    context = Clone(Path(), now=BEGAN).context
    assert baselines(context, PACKAGE, KPIS, cards) == {"mismatch_rate": found}


def test_second_card_of_a_package_begins_where_the_first_stands(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copytree(make_team(tmp_path / "made"), tmp_path / "team")
    typed = Keyboard(tmp_path / "team", capsys, monkeypatch)
    ended = typed("new", "card", "integrity-l2-again", "--package", PACKAGE, now=BEGAN)
    assert ended.code == 0
    card = yaml.safe_load((typed.directory / "governance/cards/integrity-l2-again.yaml").read_text("utf-8"))
    assert card["metrics"]["mismatch_rate"]["baseline"] == 1.3
    assert typed("validate", now=BEGAN).code == 0
