"""Triggers on real series: a threshold fitted on the first half of each, and what it does on the second.

Twelve series of the Numenta Anomaly Benchmark with labelled incidents (two have none), through the functions that
`govern trigger backtest --fit-until 0.5` calls. Which side is bad is fitted as well. Prints the table of
docs/explanation/triggers-on-real-series.md.

    .venv/bin/python benchmarks/backtest.py [--data FOLDER] [--budget N]
"""

import argparse
import os
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from govern.domain.firing import Rule
from govern.domain.triggers.backtesting import Judged
from govern.operations.triggers.backtest import Backtest, backtest, labels
from govern.operations.triggers.history import Span, rows_history
from govern.report.backtest import number, spoken_delay

BESIDE = Path(__file__).resolve().parents[1].parent / "shared"
COUNTS = (1, 3, 6)  # windows in a row
SIDES = ("above", "below")


@dataclass(frozen=True)
class Row:
    """One series: the rule that was fitted, and how it did on both halves."""

    series: str
    rule: Rule
    fit: Judged
    judged: Judged


def rows(folder: Path, count: int, budget: float) -> Iterator[Row]:
    for path in sorted((folder / "series").glob("*.csv")):
        found = [one for op in SIDES if (one := _fitted(folder, path, op, count, budget))]
        if found:
            yield min(found, key=_order)


def _fitted(folder: Path, path: Path, op: str, count: int, budget: float) -> Row | None:
    history = rows_history(Rule(op, 0, count), path, (), Span())
    known = labels(folder / "labels.csv", path)
    tested: Backtest = backtest(history, known, given=False, budget=budget, fit_until="0.5")
    if tested.swept is None or tested.swept.suggested is None or tested.suggested is None:
        return None
    fit = tested.swept.suggested
    return Row(path.stem, fit.rule, fit, tested.suggested)


def _order(row: Row) -> tuple[int, int, timedelta]:
    """The better of both sides on the first half; of equals the first."""
    return -row.fit.hits, len(row.fit.false), row.fit.delay or timedelta.max


def table(found: list[Row]) -> Iterator[str]:
    yield "| series | rule | caught | false alarms | delay | first half |"
    yield "|---|---|---|---|---|---|"
    for row in found:
        rule = f"{row.rule.op} {number(row.rule.threshold)}"
        caught = f"{row.judged.hits} of {len(row.judged.catches)}" if row.judged.catches else "no incident"
        fit = (
            f"{row.fit.hits} of {len(row.fit.catches)}, {len(row.fit.false)} false"
            if row.fit.catches
            else "no incident"
        )
        delay = spoken_delay(row.judged.delay)
        yield f"| {row.series} | {rule} | {caught} | {len(row.judged.false)} | {delay} | {fit} |"


def total(found: list[Row]) -> str:
    hits, there = sum(row.judged.hits for row in found), sum(len(row.judged.catches) for row in found)
    weeks = sum(row.judged.length / timedelta(days=7) for row in found)
    false = sum(len(row.judged.false) for row in found)
    return f"{hits} of {there} caught, {false} false alarm{'' if false == 1 else 's'} in {weeks:.0f} weeks of series"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    beside = Path(os.environ.get("GOVERN_SHARED", BESIDE)) / "data/kpi_nab"
    parser.add_argument("--data", type=Path, default=beside)
    parser.add_argument("--budget", type=float, default=1.0)
    given = parser.parse_args()
    if not (given.data / "labels.csv").is_file():
        raise SystemExit(f"{given.data} holds no labels.csv: --data FOLDER, or GOVERN_SHARED")
    for count in COUNTS:
        found = list(rows(given.data, count, given.budget))
        if count == COUNTS[0]:
            print("\n".join(table(found)), end="\n\n")
        print(f"{count} in a row: {total(found)}")


if __name__ == "__main__":
    main()
