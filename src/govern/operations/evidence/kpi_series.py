"""KPIs that are PromQL queries, asked of their Prometheus source: a value for each cycle of each cohort.

A cycle that the answer has no sample for is no data; a sample that is no number is a value that nobody can judge. A
query whose answer does not fit its KPI is left out, with the reason, and takes nothing from the others.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from govern.domain.document import digest_of
from govern.domain.evidence.cycles import window_bounds
from govern.domain.evidence.kpi_windows import Windows
from govern.domain.gates import Border
from govern.domain.queries import parameter, promql
from govern.domain.windows import duration, instant
from govern.errors import DocumentError
from govern.evidence import prometheus
from govern.evidence.measures import rounded
from govern.operations.evidence.kpi_measuring import Body, Kpi, body_of

Arm = tuple[str | None, str]  # a cohort, or None for all together, and next or prev
COUNTED = {"n": 1}  # a window has one value, whatever the server made it of


@dataclass
class Asked:
    """What a server answered so far. `left_out` are the KPIs that it has no figure of, each with why."""

    rows: list[dict[str, Any]] = field(default_factory=list)
    params: dict[str, Any] = field(default_factory=dict)
    excluded: dict[str, int] = field(default_factory=dict)
    answers: list[prometheus.Answered] = field(default_factory=list)
    left_out: list[str] = field(default_factory=list)


def measure_server(
    border: Border, source: str, url: str, wanted: Mapping[str, tuple[Kpi, Windows]]
) -> tuple[Body | None, list[str]]:
    """The figures of a source as the body of a record, None where it gave none; and what is left out."""
    assert border.next is not None and border.prev is not None, "somebody is on next"
    asked = Asked(params={"next": border.next.model_version, "prev": border.prev.model_version})
    for place, (kpi, windows) in enumerate(wanted.values()):
        try:
            _ask(asked, source, url, kpi, windows)
        except prometheus.UnreachableError as error:
            names = list(wanted)[place:]
            asked.left_out.append(f"{', '.join(names)}: {error.message}")
            break
        except DocumentError as error:
            asked.left_out.append("; ".join((f"{kpi['id']}: {error.message}", *error.notes)))
    if not asked.rows:
        return None, asked.left_out
    digest = digest_of("\n".join(answer.sha256 for answer in asked.answers).encode())
    read = {"path": source, "sha256": digest, "rows": sum(answer.samples for answer in asked.answers)}
    excluded = {reason: n for reason, n in asked.excluded.items() if n}
    return body_of(border, source, ["promql"], asked.params, read, excluded, asked.rows), asked.left_out


def _ask(asked: Asked, source: str, url: str, kpi: Kpi, windows: Windows) -> None:
    """One KPI into what is asked. DocumentError where its answer is none, or not about its cohorts."""
    query = promql(kpi)
    if query is None or kpi["scope"] == "cluster":
        what = f"the measure {kpi['measure']}" if query is None else "the scope cluster"
        raise DocumentError(f"{source} is a Prometheus server, which has not {what}")
    grid = _grid(windows)
    answered = prometheus.ask(source, url, query, grid)
    lines, others = _lines(source, answered, asked.params)
    _require_scope(source, kpi, lines)
    rows = []
    for cohort, window in ((cohort, window) for cohort, each in windows.items() for window in each):
        for arm in ("next", "prev"):
            values = lines.get((cohort, arm))
            value = values[_place(grid, window)] if values is not None else None
            if value is not None or arm == "next":
                rows.append(_row(kpi, cohort, window, arm, value))
    asked.rows += rows
    asked.params[parameter(kpi["id"])] = answered.query
    asked.answers.append(answered)
    counted = sum(row["n"] for row in rows)
    found = {"other_version": others, "outside": answered.samples - others - counted}
    asked.excluded = {reason: asked.excluded.get(reason, 0) + n for reason, n in found.items()}


def _grid(windows: Windows) -> prometheus.Windows:
    """The windows in a row that hold all of these; those between that nobody asked for are left out again."""
    every = [window for each in windows.values() for window in each]
    starts = sorted(window_bounds(window)[0] for window in every)
    length = every[0].partition("/")[2]
    count = (instant(starts[-1]) - instant(starts[0])) // duration(length) + 1
    return prometheus.Windows(starts[0], length, count)


def _place(grid: prometheus.Windows, window: str) -> int:
    return (instant(window_bounds(window)[0]) - instant(grid.first)) // duration(grid.length)


def _lines(
    source: str, answered: prometheus.Answered, versions: Mapping[str, Any]
) -> tuple[dict[Arm, Sequence[float | None]], int]:
    """The values by cohort and arm, and how many samples are of neither version; without a version it is next."""
    arms = {None: "next", versions["prev"]: "prev", versions["next"]: "next"}
    lines: dict[Arm, Sequence[float | None]] = {}
    others = 0
    for line in answered.lines:
        arm = arms.get(line.version)
        if arm is None:
            others += sum(value is not None for value in line.values)
        elif (line.cohort, arm) in lines:
            raise DocumentError(
                f"source {source}: the answer has two series for {line.cohort or 'all'}, with a"
                f" {prometheus.VERSION} and without"
            )
        else:
            lines[line.cohort, arm] = line.values
    return lines, others


def _require_scope(source: str, kpi: Kpi, lines: Mapping[Arm, object]) -> None:
    """A value over all says nothing of a cohort, and those of cohorts nothing of all: neither is no data."""
    keyed, whole = kpi["scope"] != "all", any(cohort is None for cohort, _ in lines)
    apart = any(cohort is not None for cohort, _ in lines)
    if keyed and whole and not apart:
        hint = f"sum by ({prometheus.COHORT}) (...)"
        raise DocumentError(f"source {source}: the answer has no {prometheus.COHORT}", notes=(hint,))
    if not keyed and apart and not whole:
        said = f"source {source}: the answer is by {prometheus.COHORT}, and the scope is all"
        raise DocumentError(said)


def _row(kpi: Kpi, cohort: str | None, window: str, arm: str, value: float | None) -> dict[str, Any]:
    known = value is not None
    return {
        "kpi": kpi["id"],
        "cohort": cohort,
        "window": window,
        "arm": arm,
        "n": 1 if known else 0,
        "excluded": 0,
        "value": rounded(value) if value is not None and math.isfinite(value) else None,
        "counts": dict(COUNTED) if known else {"n": 0},
    }
