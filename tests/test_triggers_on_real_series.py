"""The table of docs/explanation/triggers-on-real-series.md is what benchmarks/backtest.py computes today."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "benchmarks"))

from backtest import rows, table, total  # after the folder of the benchmarks is on the path

PAGE = Path(__file__).resolve().parents[1] / "docs/explanation/triggers-on-real-series.md"
SILENT = ("art_flatline", "ec2_cpu_utilization_c6585a")  # nothing ever happened there


def test_page_holds_what_is_computed(shared_data: Path) -> None:
    found = list(rows(shared_data / "kpi_nab", count=1, budget=1.0))
    page = PAGE.read_text("utf-8")
    assert len(found) == 12 and all(line in page.splitlines() for line in table(found))
    assert total(found) == "6 of 14 caught, 0 false alarms in 38 weeks of series"
    quiet = [row for row in found if row.series in SILENT]
    assert len(quiet) == 2 and not any(row.judged.alarms or row.fit.alarms for row in quiet)
