"""A team's own measure on decisions: one SELECT over the decision log, whose answer is not trusted.

It sees two tables. `decisions`: those of the packet's surface, with every column of the log (the team's own as text)
and `arm`, whose version they carry: next, prev or NULL. `windows`: `cohort_key, window, since, until`, and `cohort`,
what the row is for: the key, or NULL where all cohorts count together. It answers with the columns `cohort, window,
n, value`, the value in the KPI's unit, and may add `k`, of which the value is the share or the count, and `arm`.

The database may read the files of the log and nothing else, and writes nothing: it is its own, and its settings are
locked before the query comes.
"""

import math
from collections.abc import Collection, Iterable, Mapping, Sequence
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from govern.domain.evidence.cycles import window_bounds
from govern.domain.findings import nearest
from govern.errors import DocumentError
from govern.evidence.decision_faults import reason_of
from govern.evidence.decision_tables import others, select
from govern.evidence.decisions import Log
from govern.evidence.faults import shown
from govern.evidence.measures import rounded, rows_of
from govern.evidence.sources import connect, literal
from govern.evidence.timeline import fill, moment
from govern.evidence.windowed import Place, Served

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

WINDOWS = 'cohort VARCHAR, cohort_key VARCHAR, "window" VARCHAR, since TIMESTAMP, until TIMESTAMP'
ANSWER = ("cohort", "window", "n", "value")
MAY_ADD = ("k", "arm")
ARMS = ("next", "prev")


def measure_by_query(
    log: Log,
    served: Served,
    kpi: str,
    query: str,
    windows: Mapping[str | None, Sequence[str]],
    since: Mapping[str, str] | None = None,
) -> list[dict[str, Any]]:
    """The rows of a KPI that has a query of its own. DocumentError names it and what is wrong with the answer.

    `since`: from when on a cohort counts, where not in every window.
    """
    import duckdb

    log.require()
    if not log.files:
        raise DocumentError(f"KPI {kpi}: a query of your own reads files, and {log.name} is none")
    places = dict.fromkeys((cohort, window) for cohort, each in windows.items() for window in each)
    with connect(*(path for path, _ in log.files)) as connection:
        _lay_out(connection, log, served, places, since or {})
        try:
            _require_select(connection, kpi, query)
            answer = rows_of(connection, query, {})
        except duckdb.Error as error:
            raise _wrong(kpi, reason_of(error)) from None
    found: dict[tuple[Place, str], dict[str, Any]] = {}
    for number, row in enumerate(answer, start=1):
        place, arm = _placed(kpi, number, row, places)
        if (place, arm) in found:
            raise _wrong(kpi, f"row {number}: {_named(place)} stands there twice")
        found[place, arm] = _row(kpi, number, row, place, arm)
    nothing = {"n": 0, "value": None}
    for place in places:
        if (place, "next") not in found:
            found[place, "next"] = _row(kpi, 0, nothing, place, "next")
    return list(found.values())


def _lay_out(
    connection: "DuckDBPyConnection",
    log: Log,
    served: Served,
    places: Iterable[Place],
    since: Mapping[str, str],
) -> None:
    arms = " ".join(f"WHEN {literal(getattr(served, arm))} THEN '{arm}'" for arm in ARMS)
    whole = select(log.form, log.tables, others(log.tables))
    connection.execute(
        "CREATE VIEW decisions AS SELECT * EXCLUDE (zoned, written),"
        f" CASE model_version_active {arms} END AS arm FROM ({whole})"
        f" WHERE surface = {literal(served.surface)}"
    )
    bounds = {window: tuple(map(moment, window_bounds(window))) for _, window in places}
    begins = {key: moment(at) for key, at in since.items()}
    rows = [
        (cohort, key, window, *bounds[window])
        for cohort, window in places
        for key in (served.together if cohort is None else (cohort,))
        if key not in begins or begins[key] <= bounds[window][0]
    ]
    fill(connection, "windows", WINDOWS, rows)


def _require_select(connection: "DuckDBPyConnection", kpi: str, query: str) -> None:
    kinds = [statement.type.name for statement in connection.extract_statements(query)]
    if kinds != ["SELECT"]:
        said = " and ".join(kinds) if kinds else "nothing"
        raise _wrong(kpi, f"a measure is one SELECT, and this is {said}")


def _placed(kpi: str, number: int, row: Mapping[str, Any], places: Collection[Place]) -> tuple[Place, str]:
    """Whom a row of the answer is about: a place that was asked for."""
    lacking = [name for name in ANSWER if name not in row]
    if lacking or set(row) - {*ANSWER, *MAY_ADD}:
        has = ", ".join(shown(name) for name in row)
        raise _wrong(kpi, f"it answers with {has}; a measure has {', '.join(ANSWER)}, and may add k and arm")
    place, arm = (row["cohort"], row["window"]), row.get("arm", "next")
    if arm not in ARMS:
        raise _wrong(kpi, f"row {number}: arm {_told(arm)} is neither next nor prev")
    if place not in places:
        close = nearest(str(place[0]), [cohort for cohort, _ in places if cohort])
        hint = f"; nearest: {close}" if close and close != place[0] else ""
        raise _wrong(kpi, f"row {number}: nobody asked for {_named(place)}{hint}")
    return place, arm


def _row(kpi: str, number: int, row: Mapping[str, Any], place: Place, arm: str) -> dict[str, Any]:
    n, k, value = row["n"], row.get("k"), row["value"]
    for name, counted in (("n", n), *((("k", k),) if k is not None else ())):
        if isinstance(counted, bool) or not isinstance(counted, int) or counted < 0:
            raise _wrong(kpi, f"row {number}: {name} is {_told(counted)}, and counts")
    if n and (
        isinstance(value, bool) or not isinstance(value, int | float | Decimal) or not math.isfinite(value)
    ):
        raise _wrong(kpi, f"row {number}: the value of {n} is {_told(value)}, no number")
    return {
        "kpi": kpi,
        "cohort": place[0],
        "window": place[1],
        "arm": arm,
        "n": n,
        "excluded": 0,
        "value": rounded(value) if n else None,
        "counts": {"n": n} | ({"k": k} if k is not None else {}),
    }


def _named(place: tuple[Any, Any]) -> str:
    return f"{_told(place[0]) if place[0] is not None else 'all together'} in {_told(place[1])}"


def _told(value: Any) -> str:
    return shown(value) if isinstance(value, str) else ascii(value)[:40]


def _wrong(kpi: str, said: str) -> DocumentError:
    return DocumentError(
        f"KPI {kpi}: its query gives no measurement: {said}", type_line="govern explain GOV-EVD-017"
    )
