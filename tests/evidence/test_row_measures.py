"""KPIs on decisions in windows in a row: each window says what it says when it is measured alone."""

import random
from collections.abc import Mapping
from pathlib import Path

import pytest

from decision_logs import COLUMNS, write_csv
from evidence.test_decision_measures import BOUND, KPIS, MORE, logged, some
from govern.domain.measures import ON_DECISIONS
from govern.errors import DocumentError
from govern.evidence.decision_measures import Asked, measure
from govern.evidence.decisions import open_log
from govern.evidence.row_measures import Figure, measure_row, query_row
from govern.evidence.windowed import Served, WindowRow

FIRST, LENGTH, COUNT = "2026-11-16T00:00:00Z", "PT7H", 9
EACH: Mapping[str | None, Mapping[str, str]] = {each: {each: FIRST} for each in ("pc", "xr", "silent")}
LATER = {"pc": FIRST, "xr": "2026-11-17T03:00:00Z"}  # the first window of xr is the fifth
SERVED = Served("chat", "m7", "m6", ("pc", "xr", "silent"), BOUND)


def row(lines: Mapping[str | None, Mapping[str, str]], count: int = COUNT) -> WindowRow:
    return WindowRow(FIRST, LENGTH, count, lines)


@pytest.mark.parametrize("name", ON_DECISIONS)
def test_window_in_a_row_says_what_it_says_alone(name: str, tmp_path: Path) -> None:
    rows = some(random.Random(5), 800)
    texts = row(EACH).texts()
    with open_log(write_csv(tmp_path / "log.csv", rows, (*COLUMNS, *MORE))) as log:
        found = list(measure_row(log, SERVED, KPIS[name], row(EACH)))
        alone = measure(log, SERVED, [Asked(KPIS[name], dict.fromkeys(EACH, texts))]).rows
    told = {(each["cohort"], each["window"]): each for each in alone if each["arm"] == "next" and each["n"]}
    assert {(each.cohort, texts[each.place]): (each.n, each.value) for each in found} == {
        place: (each["n"], each["value"]) for place, each in told.items()
    }
    assert len(found) > 4 and len({each.cohort for each in found}) == 2


@pytest.mark.parametrize("name", ["policy_dislocation_rate", "stamp_mismatch_rate", "hold_age"])
def test_all_together_are_those_who_count_in_the_window(name: str, tmp_path: Path) -> None:
    """Beside the same rows under one cohort key, without those of xr before its first window."""
    rows = some(random.Random(6), 800)
    begins = "2026-11-17T04:00:00Z"
    merged = [
        each | {"cohort_key": "pc"}
        for each in rows
        if each["cohort_key"] == "pc" or (each["cohort_key"] == "xr" and each["decided_at"] >= begins)
    ]
    with open_log(write_csv(tmp_path / "log.csv", rows, (*COLUMNS, *MORE))) as log:
        together = list(measure_row(log, SERVED, KPIS[name], row({None: LATER})))
    with open_log(write_csv(tmp_path / "one.csv", merged, (*COLUMNS, *MORE))) as log:
        one = list(measure_row(log, SERVED, KPIS[name], row({"pc": {"pc": FIRST}})))
    assert sorted(together, key=lambda each: each.place) == [
        each._replace(cohort=None) for each in sorted(one, key=lambda each: each.place)
    ]


BORDERS = """
SELECT w.cohort, w.window, COUNT(d.decision_id) AS n, COUNT(d.decision_id) AS value
FROM windows w LEFT JOIN decisions d
    ON d.cohort_key = w.cohort_key AND w.since <= d.decided_at AND d.decided_at < w.until AND d.arm = 'next'
GROUP BY ALL
"""


def test_query_of_a_team_sees_who_counts_in_the_window(tmp_path: Path) -> None:
    rows = [
        logged(decision_id=f"{cohort}-{at}", cohort_key=cohort, decided_at=f"2026-11-{at}:00:00Z")
        for cohort in ("pc", "xr")
        for at in ("16T00", "16T06", "16T07", "17T03", "17T04")
    ]
    with open_log(write_csv(tmp_path / "log.csv", rows, (*COLUMNS, *MORE))) as log:
        together = list(query_row(log, SERVED, "mine", BORDERS, row({None: LATER})))
        alone = list(query_row(log, SERVED, "mine", BORDERS, row({"xr": {"xr": FIRST}})))
    assert sorted(together, key=lambda each: each.place) == [
        Figure(None, 0, 2, 2),
        Figure(None, 1, 1, 1),
        Figure(None, 3, 1, 1),
        Figure(None, 4, 2, 2),
    ]
    assert sorted(each.place for each in alone) == [0, 1, 3, 4]


def test_decision_at_a_border_belongs_to_the_window_that_begins_there(tmp_path: Path) -> None:
    at = ("06:59:59.999999Z", "07:00:00Z", "13:59:59.999999Z", "14:00:00Z", "21:00:00.000001Z")
    rows = [logged(decision_id=each, decided_at=f"2026-11-16T{each}") for each in at]
    with open_log(write_csv(tmp_path / "log.csv", rows, (*COLUMNS, *MORE))) as log:
        found = measure_row(log, SERVED, KPIS["mismatch_rate"], row({"pc": {"pc": FIRST}}, 3))
        assert sorted((each.place, each.n) for each in found) == [(0, 1), (1, 2), (2, 1)]


def test_many_windows_are_one_question(tmp_path: Path) -> None:
    """A year of seconds: nothing is laid out for the windows that nobody decided in."""
    rows = [logged(decision_id=f"d{n}", decided_at=f"2026-11-{16 + n}T00:00:01Z") for n in range(3)]
    with open_log(write_csv(tmp_path / "log.csv", rows, (*COLUMNS, *MORE))) as log:
        year = WindowRow(FIRST, "PT1S", 365 * 86400, EACH)
        found = list(measure_row(log, SERVED, KPIS["mismatch_rate"], year))
    assert [each.place for each in found] == [86400 * n + 1 for n in range(3)]


def test_what_cannot_be_counted_is_named_also_where_all_count_together(tmp_path: Path) -> None:
    rows = [logged(decision_id="odd", latency_ms=-1), logged(decision_id="d2", latency_ms=5)]
    with open_log(write_csv(tmp_path / "log.csv", rows, (*COLUMNS, *MORE))) as log:
        for lines in ({None: LATER}, {"pc": {"pc": FIRST}}):
            with pytest.raises(DocumentError, match="cannot be counted in 1 decision: 'odd'"):
                list(measure_row(log, SERVED, KPIS["response_latency_median"], row(lines)))
    with (
        open_log(write_csv(tmp_path / "short.csv", rows)) as log,
        pytest.raises(DocumentError, match="no column latency_ms"),
    ):
        list(measure_row(log, SERVED, KPIS["response_latency_median"], row(EACH)))
