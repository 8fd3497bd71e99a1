"""The health signals of a lane, measured: each KPI that its criteria name, on its own source, in the windows asked for.

A signal that cannot be measured is left out, with the reason: unobserved is never good. What is measured of a log is
the cohort's decisions on every surface of the lane together.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from govern.domain.binding import current
from govern.domain.decision import Refusal
from govern.domain.document import digest_of
from govern.domain.evidence.kpi_windows import WHOLE
from govern.domain.lane import Lane
from govern.domain.mitigation.criteria import Criteria, criteria_of
from govern.domain.mitigation.lane_health import ObserveHealth
from govern.domain.mitigation.lanes import lane_meant
from govern.domain.mitigation.reentry import TREND
from govern.domain.queries import frozen_name, promql, sql_file
from govern.errors import DocumentError, ExitCode, UsageError
from govern.evidence.custom_measures import measure_by_query
from govern.evidence.decision_measures import Asked, measure
from govern.evidence.decisions import Log
from govern.evidence.lane_signals import effects_before
from govern.evidence.measures import rounded
from govern.evidence.timeline import text_of
from govern.evidence.windowed import Served
from govern.operations.evidence.decision_log import SOURCE, input_of, log_named, reaches
from govern.operations.evidence.measure import spec_of
from govern.operations.evidence.sources import PROMETHEUS, declared
from govern.operations.evidence.timelines import intervals, lags
from govern.operations.lanes.lane_server import on_server
from govern.operations.lanes.lane_spans import REGRESSIONS, Kpi, Span, Spans, spans_of
from govern.operations.workspace import Workspace

Tell = Callable[[str], None]
Row = Mapping[str, Any]


@dataclass
class Observed:
    """What was measured, a body for each source; `left_out` says why a signal was not, `reach` where a log ends."""

    lane: Lane
    criteria: Criteria
    spans: Spans
    bodies: list[dict[str, Any]] = field(default_factory=list)
    left_out: list[str] = field(default_factory=list)
    reach: dict[str, str] = field(default_factory=dict)

    def take(self, source: Mapping[str, Any], rows: Sequence[Row], *, query: str | None = None) -> None:
        """Figures of a source, without those that are recorded just so already."""
        known = self.spans.newest
        fresh = []
        for row in rows:
            there = known.get((row["kpi"], row["window"]))
            if there is None or any(there[1][name] != row[name] for name in ("n", "value", "counts")):
                fresh.append(row)
        if fresh:
            self.bodies.append(
                {"signals": fresh, "source": {**source, **({"query": query} if query else {})}}
            )

    def command(self, build: str | None = None) -> ObserveHealth:
        first, *more = self.bodies
        return ObserveHealth(self.lane.cohort, first, build, tuple(more))


def observed(
    workspace: Workspace,
    cohort: str,
    *,
    log: str | None = None,
    source: str | None = None,
    since: str | None = None,
    tell: Tell = lambda _: None,
) -> Observed:
    """Measure every signal of the lane, of one `source` where it is given; `log` stands for the source `decisions`.

    A Refusal where nothing is new; UsageError where nothing could be measured.
    """
    lane = lane_meant(workspace.state, cohort)
    criteria = criteria_of(workspace.documents(), lane)
    taken = Observed(lane, criteria, spans_of(workspace, lane, since))
    kpis = [kpi for kpi in criteria.signals.values() if kpi["measure"] != TREND]
    wanted = [kpi for kpi in kpis if source in (None, kpi["source"])]
    if not wanted:
        raise _unnamed(taken, kpis, source)
    for name in dict.fromkeys(kpi["source"] for kpi in wanted):
        tell(f"reading {name}")
        _take(workspace, taken, name, [kpi for kpi in wanted if kpi["source"] == name], log)
    if taken.bodies:
        return taken
    if taken.left_out:
        line = f"govern mitigation observe {lane.word} --signal KPI=VALUE --n N --evidence FILE"
        raise UsageError("no signal was observed", notes=tuple(taken.left_out), type_line=line)
    raise Refusal(
        f"nothing new: every signal of {lane.id} is recorded as it is",
        type_line=f"govern mitigation board {lane.word}",
        exit=ExitCode.YES,
    )


def _unnamed(taken: Observed, kpis: Sequence[Kpi], source: str | None) -> UsageError:
    lane, there = taken.lane, sorted({kpi["source"] for kpi in kpis})
    if there:
        said = f"no signal of {lane.id} has the source `{source}`; theirs are {', '.join(there)}"
        return UsageError(said, type_line=f"govern mitigation observe {lane.word} --source {there[0]}")
    said = f"the criteria of {lane.id}, {taken.criteria.id}, name no signal to observe"
    return UsageError(said, type_line=f"govern mitigation replay {lane.word} --results FILE")


def _take(workspace: Workspace, taken: Observed, source: str, kpis: Sequence[Kpi], given: str | None) -> None:
    """The signals of one source. Where it is not there all of them are left out, unless a person pointed at it."""
    try:
        if source != SOURCE and declared(workspace, source, instead="govern validate")["type"] == PROMETHEUS:
            on_server(workspace, taken, source, kpis)
            return
        with log_named(workspace, source, given) as log:
            _on_log(workspace, taken, source, log, kpis)
    except (UsageError, DocumentError) as error:
        if given is not None and source == SOURCE:
            raise
        said = "; ".join((error.message, *error.notes))
        taken.left_out.append(f"{', '.join(kpi['id'] for kpi in kpis)}: {said}")


def _on_log(workspace: Workspace, taken: Observed, source: str, log: Log, kpis: Sequence[Kpi]) -> None:
    """Each KPI by itself, so that one that cannot be read takes nothing from the others.

    A window that the log does not touch is left alone: that it is silent says nothing of the cohort.
    """
    read, reach = input_of(workspace, log), min(reaches(log) or "", taken.spans.now)
    named = {"name": read["path"], "digest": read["sha256"], "rows": read["rows"], "until": reach}
    taken.reach[source] = reach
    first = text_of(log.first) if log.first is not None else ""
    served = _served(workspace, taken, log)
    rows: list[Row] = []
    for kpi in kpis:
        spans = [span for span in taken.spans.of(kpi) if span.begin <= reach and first < span.end]
        if kpi["measure"] == REGRESSIONS and taken.spans.interaction is None:
            attempt = f"attempt {taken.lane.attempt} of {taken.lane.id}"
            taken.left_out.append(f"{kpi['id']}: {attempt} has no first stable interaction yet")
        try:
            if spans and sql_file(kpi) is not None:
                text = _query(workspace, taken.lane, kpi)
                found = _by_query(log, taken.lane.cohort, served, kpi, text, spans)
                taken.take(named, found, query=digest_of(text.encode()))
            elif spans:
                rows += _measured(log, taken.lane.cohort, served, kpi, spans)
        except DocumentError as error:
            taken.left_out.append("; ".join((error.message.removeprefix("KPI "), *error.notes)))
    taken.take(named, rows)


def _served(workspace: Workspace, taken: Observed, log: Log) -> list[Served]:
    """The surfaces of the lane, each with what the cohort is on there now."""
    state, lane = workspace.state, taken.lane
    return [
        Served(
            surface,
            current(state.surfaces[surface], lane.cohort).to.model_version,
            "",  # whoever else decided is not asked about
            (lane.cohort,),
            tuple(each for each in intervals(state) if each.surface == surface),
            lags(state),
            (
                *effects_before(log, surface, lane.cohort, lane.entered.when),
                *taken.criteria.known_side_effects,
            ),
        )
        for surface in lane.surfaces
    ]


def _measured(
    log: Log, cohort: str, surfaces: Sequence[Served], kpi: Kpi, spans: Sequence[Span]
) -> Iterator[dict[str, Any]]:
    if promql(kpi) is not None:
        raise DocumentError(
            f"{kpi['id']}: a PromQL query is asked of a Prometheus source, not of {kpi['source']}"
        )
    asked = Asked(spec_of(kpi), {cohort: [span.text for span in spans]})
    rows = [row for served in surfaces for row in measure(log, served, [asked]).rows if row["arm"] == "next"]
    for span in spans:
        yield signal_of(kpi, span, [row for row in rows if row["window"] == span.text])


def _by_query(
    log: Log, cohort: str, surfaces: Sequence[Served], kpi: Kpi, text: str, spans: Sequence[Span]
) -> list[dict[str, Any]]:
    places: dict[str | None, list[str]] = {cohort: [span.text for span in spans]}
    rows = [row for served in surfaces for row in measure_by_query(log, served, kpi["id"], text, places)]
    mine = [row for row in rows if row["arm"] == "next"]
    return [signal_of(kpi, span, [row for row in mine if row["window"] == span.text]) for span in spans]


def _query(workspace: Workspace, lane: Lane, kpi: Kpi) -> str:
    digest = lane.frozen.get(frozen_name(kpi["id"]))
    if digest is None:
        raise DocumentError(f"{kpi['id']}: the lane froze no text of its query {sql_file(kpi)}")
    return workspace.documents().kept(digest).decode()


def signal_of(kpi: Kpi, span: Span, rows: Sequence[Row]) -> dict[str, Any]:
    """One signal over all surfaces. DocumentError where the figures of several cannot be added up."""
    filled = [row for row in rows if row["n"]] or rows[:1]
    counts = {name: filled[0]["counts"][name] for name in filled[0]["counts"]}
    value = filled[0]["value"]
    if len(filled) > 1:
        if any("k" not in row["counts"] for row in filled):
            raise DocumentError(f"{kpi['id']}: it cannot be added up over {len(filled)} surfaces")
        counts = {name: sum(row["counts"][name] for row in filled) for name in ("n", "k")}
        share = WHOLE.get(kpi["unit"], 1) * counts["k"] / counts["n"]
        value = counts["k"] if kpi["unit"] == "count" else rounded(share)
    return {"kpi": kpi["id"], "window": span.window, "n": counts["n"], "value": value, "counts": counts}
