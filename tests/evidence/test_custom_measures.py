"""A team's own query: it sees the log and the windows and nothing else, and its answer is not trusted."""

from pathlib import Path
from typing import Any

import pytest

from decision_logs import COLUMNS, decision, write_csv, write_every_form
from govern.errors import DocumentError
from govern.evidence.custom_measures import measure_by_query
from govern.evidence.decisions import open_log
from govern.evidence.windowed import Served

WINDOWS = ["2026-11-16/P1D", "2026-11-17/P1D"]
EVERY = {"pc": WINDOWS, "xr": WINDOWS, None: WINDOWS}
SERVED = Served("chat", "m7", "m6", ("pc", "xr"))
FRAMES = """
-- frames dropped, percent
SELECT
    w.cohort, w.window, d.arm, COUNT(*) AS n,
    SUM(d."Dropped"::INTEGER) AS k, 100.0 * SUM(d."Dropped"::INTEGER) / COUNT(*) AS value
FROM decisions d
JOIN windows w ON w.cohort_key = d.cohort_key AND w.since <= d.decided_at AND d.decided_at < w.until
WHERE d.arm IS NOT NULL
GROUP BY ALL;
"""
ONE = "SELECT 'pc' AS cohort, '2026-11-16/P1D' AS window, 1 AS n, 0.5 AS value"


def row(number: int, **fields: Any) -> dict[str, Any]:
    dropped = fields.pop("dropped", "0")
    usual = {"surface": "chat", "decided_at": "2026-11-16T12:00:00Z", "model_version_active": "m7"}
    return decision(f"d{number}", **(usual | {"cohort_key": "pc"} | fields)) | {"Dropped": dropped}


ROWS = [
    row(1, dropped="1"), row(2), row(3, model_version_active="m6"), row(4, cohort_key="xr", dropped="1"),
    row(5, surface="other", dropped="1"), row(6, decided_at="2026-11-17T00:00:00Z"), row(7, model_version_active="m5"),
]  # fmt: skip


def log_of(folder: Path) -> Path:
    return write_csv(folder / "log.csv", ROWS, (*COLUMNS, "Dropped"))


def measured(folder: Path, query: str) -> list[dict[str, Any]]:
    with open_log(log_of(folder)) as log:
        return measure_by_query(log, SERVED, "frame-drops", query, EVERY)


def test_query_gives_a_row_for_each_place_and_arm(tmp_path: Path) -> None:
    rows = {(r["cohort"], r["window"][:10], r["arm"]): r for r in measured(tmp_path, FRAMES)}
    assert {place: (r["n"], r["value"]) for place, r in rows.items()} == {
        ("pc", "2026-11-16", "next"): (2, 50.0), ("pc", "2026-11-16", "prev"): (1, 0.0),
        ("pc", "2026-11-17", "next"): (1, 0.0), ("xr", "2026-11-16", "next"): (1, 100.0),
        ("xr", "2026-11-17", "next"): (0, None), (None, "2026-11-16", "next"): (3, pytest.approx(200 / 3)),
        (None, "2026-11-16", "prev"): (1, 0.0), (None, "2026-11-17", "next"): (1, 0.0),
    }  # fmt: skip
    assert rows["pc", "2026-11-16", "next"]["counts"] == {"n": 2, "k": 1}
    assert rows["xr", "2026-11-17", "next"]["counts"] == {"n": 0}


def test_empty_answer_is_no_data_everywhere(tmp_path: Path) -> None:
    rows = measured(tmp_path, f"{ONE} WHERE FALSE")
    assert len(rows) == 6 and all(r["n"] == 0 and r["value"] is None for r in rows)


def test_query_reads_every_form_of_a_log(tmp_path: Path) -> None:
    joined = "FROM decisions JOIN windows w USING (cohort_key) GROUP BY ALL"
    query = f"SELECT cohort, w.window, COUNT(*) AS n, 1.5 AS value {joined}"
    answers = []
    for place in write_every_form(
        tmp_path, [{k: v for k, v in r.items() if k != "Dropped"} for r in ROWS]
    ).values():
        with open_log(place) as log:
            found = measure_by_query(log, SERVED, "x", query, EVERY)
            answers.append(sorted((str(r["cohort"]), r["window"], r["n"]) for r in found))
    assert all(answer == answers[0] for answer in answers) and answers[0][0] == ("None", WINDOWS[0], 6)


ATTACKS = {
    "reads another file": "SELECT * FROM read_csv('{folder}/secret.csv')",
    "reads a file by its name": "SELECT * FROM '{folder}/secret.csv'",
    "reads text of a file": "SELECT content FROM read_text('{folder}/secret.csv')",
    "lists a folder": "SELECT * FROM glob('{folder}/*')",
    "reads the web": "SELECT * FROM read_csv('http://127.0.0.1:9/x.csv')",
    "writes a file": "COPY (SELECT 1) TO '{folder}/out.csv'",
    "writes beside the log": "COPY (SELECT 1) TO '{folder}/log.csv'",
    "attaches a database": "ATTACH '{folder}/out.csv'",
    "changes a setting": "SET enable_external_access = true",
    "installs an extension": "INSTALL httpfs",
    "makes a table": "CREATE TABLE t AS SELECT 1",
    "drops the log": "DROP VIEW decisions",
    "exports all": "EXPORT DATABASE '{folder}/out.csv'",
    "two at once": f"{ONE}; DROP VIEW decisions",
    "nothing": " -- later",
    "no SQL": "sum(rate(frames[5m]))",
    "calls": "CALL pragma_version()",
    "asks for a parameter": "SELECT $cohort AS cohort",
}


@pytest.mark.parametrize("query", ATTACKS.values(), ids=ATTACKS.keys())
def test_query_that_does_more_than_select_from_the_log_is_an_error(query: str, tmp_path: Path) -> None:
    (tmp_path / "secret.csv").write_text("cohort,window,n,value\npc,2026-11-16/P1D,1,0\n", "utf-8")
    log_of(tmp_path)
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir() if path.is_file()}
    with pytest.raises(DocumentError, match="KPI frame-drops: its query gives no measurement"):
        measured(tmp_path, query.format(folder=tmp_path))
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir() if path.is_file()} == before


WRONG = {
    "NaN": (ONE.replace("0.5", "'NaN'::DOUBLE"), "the value of 1 is nan, no number"),
    "infinity": (ONE.replace("0.5", "'inf'::DOUBLE"), "the value of 1 is inf, no number"),
    "a column of strings": (ONE.replace("0.5", "'0.5'"), "the value of 1 is '0.5', no number"),
    "no value of some": (ONE.replace("0.5", "NULL"), "the value of 1 is None, no number"),
    "a truth": (ONE.replace("0.5", "TRUE"), "no number"),
    "n below nothing": (ONE.replace("1 AS n", "-1 AS n"), "n is -1, and counts"),
    "n in parts": (ONE.replace("1 AS n", "1.5 AS n"), "and counts"),
    "k in words": (f"SELECT *, 'x' AS k FROM ({ONE})", "k is 'x', and counts"),
    "no window": ("SELECT 'pc' AS cohort, 1 AS n, 2 AS value", "it answers with 'cohort', 'n', 'value'"),
    "one column too many": (f"SELECT *, 'x' AS secret FROM ({ONE})", "it answers with"),
    "a cohort that nobody asked for": (
        ONE.replace("'pc'", "'pcc'"), "nobody asked for 'pcc' in '2026-11-16/P1D'; nearest: pc",
    ),
    "another window": (ONE.replace("11-16", "11-18"), "nobody asked for 'pc' in '2026-11-18/P1D'"),
    "the same twice": (f"{ONE} UNION ALL {ONE}", "row 2: 'pc' in '2026-11-16/P1D' stands there twice"),
    "an arm that is none": (f"SELECT *, 'both' AS arm FROM ({ONE})", "arm 'both' is neither next nor prev"),
}  # fmt: skip


@pytest.mark.parametrize(("query", "said"), WRONG.values(), ids=WRONG.keys())
def test_answer_that_is_no_measurement_is_an_error(query: str, said: str, tmp_path: Path) -> None:
    with pytest.raises(DocumentError) as caught:
        measured(tmp_path, query)
    assert said in caught.value.message and caught.value.type_line == "govern explain GOV-EVD-017"
