"""Every SQL file is written for every database that can be a source, or refused with what it lacks there.

That a database takes what is written is proved where one runs: `test_postgres.py`, and Spark by `make deep`.
"""

from pathlib import Path
from typing import Any

import pytest

from govern.errors import DocumentError
from govern.evidence import measures
from govern.evidence.measures import sql
from govern.evidence.timeline import moment

sqlglot = pytest.importorskip("sqlglot", reason="Ibis is not installed (requirements/scale.lock)")

from govern.evidence.dialects import bound, portable  # noqa: E402
from govern.evidence.warehouse import DIALECTS  # noqa: E402

FILES = sorted(path.stem for path in (Path(measures.__file__).parent / "sql").glob("*.sql"))
# Run over files, never sent.
HERE = ("raw_to_typed", "typed_to_pairs", "results_typed", "decisions_bound", "relabel_export")
REFUSED = {("decisions_judged", dialect): "side of a split" for dialect in ("trino", "bigquery", "snowflake")}


class Anything(dict[str, Any]):
    """A value for every parameter."""

    def __missing__(self, name: str) -> int:
        return 1


def written(query: str, dialect: str, **parameters: Any) -> str:
    return portable(
        bound(sqlglot.parse_one(query, read="duckdb"), Anything(parameters)), dialect, "decisions"
    )


@pytest.mark.parametrize("dialect", DIALECTS)
@pytest.mark.parametrize("name", [name for name in FILES if name not in HERE])
def test_file_is_written_in_the_dialect_or_refused(name: str, dialect: str) -> None:
    if (name, dialect) in REFUSED:
        with pytest.raises(DocumentError, match=REFUSED[name, dialect]):
            written(sql(name), dialect)
        return
    text = written(sql(name), dialect)
    again = sqlglot.parse_one(text, read=dialect)
    assert isinstance(again, sqlglot.exp.Query)
    assert not list(again.find_all(sqlglot.exp.Placeholder, sqlglot.exp.Parameter)), "a parameter is left"
    unknown = {node.name.upper() for node in again.find_all(sqlglot.exp.Anonymous)}
    assert not unknown & {"HASH", "CONTAINS", "REGEXP_FULL_MATCH"}, text


@pytest.mark.parametrize("dialect", DIALECTS)
@pytest.mark.parametrize(
    "value",
    ["it's", "a\\'; DROP TABLE x; --", '"', "$since", "?", "%s", "{x}", "é\u2603", None, True, 7, -0.5],
)
def test_value_of_a_parameter_stays_a_value(value: Any, dialect: str) -> None:
    text = written("SELECT $value AS one", dialect, value=value)
    (back,) = sqlglot.parse_one(text, read=dialect).expressions
    if isinstance(value, str):
        assert back.this.is_string and back.this.this == value
    else:
        assert back.this == sqlglot.exp.convert(value)


def test_time_of_a_parameter_is_a_timestamp() -> None:
    text = written("SELECT 1 FROM t WHERE a >= $since", "postgres", since=moment("2026-11-20T01:02:03Z"))
    assert text == "SELECT 1 FROM t WHERE a >= CAST('2026-11-20 01:02:03' AS TIMESTAMP)"
