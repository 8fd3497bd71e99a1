"""The picture of divergence: a row a cohort with its value, interval, zones and verdict; the pooled row apart."""

import math
from typing import TYPE_CHECKING

from govern.report.plot_frame import EDGE, SMALL, WIDTH, across, floor_of, heading, headline, measure_of
from govern.report.svg import BLUE, FAINT, INK, ORANGE, RED, SOFT, Drawing, Scale, shortened, width

if TYPE_CHECKING:
    from govern.operations.evidence.plot_pairs import CohortPoint, Divergence, DivergencePanel

ROW = 22.0
NAME, N, VALUE = EDGE, 284.0, 356.0  # where the columns begin, or end where they are flush right
LEFT, RIGHT, VERDICT = 376.0, 660.0, 678.0
CELL = width("x", SMALL)
DIFFERENCES = ("mean_score_delta", "net_win_rate")  # measures that have a sign
MARKS = {
    "passed": ("circle", BLUE, True), "warning": ("triangle", ORANGE, True), "failed": ("square", RED, True),
    "inconclusive": ("circle", SOFT, False), "error": ("cross", RED, True), "pooled": ("diamond", SOFT, False),
}  # fmt: skip
KEY = (("passed", "passed"), ("warning", "passed, in the warning zone"), ("failed", "FAILED"),
       ("inconclusive", "inconclusive"), ("error", "not measurable"), ("pooled", "all together"))  # fmt: skip


def divergence_svg(found: "Divergence") -> str:
    drawing = Drawing(WIDTH)
    said = "divergence of next from prev, shadow -> canary"
    title = headline(drawing, found.packet, said, found.records, found.at)
    x = EDGE + 5
    for kind, said in KEY:
        _mark(drawing, kind, x, 68)
        drawing.text(x + 11, 72, said, size=SMALL)
        x += 11 + width(said, SMALL) + 24
    y = 108.0
    for panel in found.panels:
        y = _panel(drawing, panel, y) + 44
    about = "; ".join(f"{panel.axis.kpi}: {_spoken(panel)}" for panel in found.panels)
    return drawing.svg(y - 24, title, about)


def _panel(drawing: Drawing, panel: "DivergencePanel", top: float) -> float:
    """Heading, rows and axis; the y below."""
    axis, shown = panel.axis, panel.cohorts
    top = heading(drawing, top, axis) + 12
    for x, words, anchor in (
        (NAME, "cohort", "start"),
        (N, "n", "end"),
        (VALUE, "value", "end"),
        (VERDICT, "verdict", "start"),
    ):
        drawing.text(x, top, words, size=SMALL, anchor=anchor, colour=SOFT)
    top += 8
    rows = len(shown) + (1.4 if panel.pooled else 0)
    bottom = top + ROW * rows
    values = [each for point in shown for each in (point.value, *(point.interval or ())) if each is not None]
    values += [panel.pooled.value] if panel.pooled and panel.pooled.value is not None else []
    signed = axis.measure in DIFFERENCES
    values += [limit.at for limit in axis.drawn] + ([0.0] if signed else [])
    scale = Scale.over(values, LEFT, RIGHT, -math.inf if signed else floor_of(values))
    across(drawing, axis, scale, top, bottom)
    for place, point in enumerate(shown):
        _row(drawing, panel, point, scale, top + ROW * (place + 0.5), signed)
    if panel.pooled:
        y = bottom - ROW / 2
        drawing.line(
            [(EDGE, bottom - 1.2 * ROW), (WIDTH - EDGE, bottom - 1.2 * ROW)], colour=SOFT, dash="1 3"
        )
        figures = (f"{panel.pooled.n:,}", measure_of(panel.pooled.value, axis.unit, signed=signed))
        _words(drawing, y, "ALL, decides nothing", *figures, "decides nothing", colour=SOFT)
        if panel.pooled.value is not None:
            _mark(drawing, "pooled", scale.at(panel.pooled.value), y)
    drawing.line([(LEFT, bottom), (RIGHT, bottom)], colour=SOFT)
    if panel.left_out:
        said = f"{panel.left_out:,} more cohorts are left out, none of them worse"
        drawing.text(NAME, bottom + 14, shortened(said, 50), size=SMALL, colour=SOFT)
    return bottom + 14


def _row(
    drawing: Drawing, panel: "DivergencePanel", point: "CohortPoint", scale: Scale, y: float, signed: bool
) -> None:
    colour = MARKS[_kind(point)][1]
    drawing.line([(EDGE, y + ROW / 2), (WIDTH - EDGE, y + ROW / 2)], colour=FAINT, thick=0.5)
    figure = measure_of(point.value, panel.axis.unit, signed=signed)
    _words(drawing, y, point.cohort, f"{point.n:,}" if point.n else "-", figure, verdict_words(point))
    if point.interval:
        low, high = (scale.at(end) for end in point.interval)
        drawing.line([(low, y), (high, y)], colour=colour, thick=2)
        for end in (low, high):
            drawing.line([(end, y - 4), (end, y + 4)], colour=colour, thick=2)
    if point.value is not None:
        _mark(drawing, _kind(point), scale.at(point.value), y)


def _words(
    drawing: Drawing, y: float, name: str, n: str, value: str, verdict: str, *, colour: str = INK
) -> None:
    """The cells of a row; what is too long is shortened, with the whole of it where the pointer rests."""
    room = int((N - NAME) / CELL) - len(n) - 2
    drawing.text(NAME, y + 4, shortened(name, room), size=SMALL, colour=colour, whole=name)
    drawing.text(N, y + 4, n, size=SMALL, anchor="end", colour=colour)
    drawing.text(VALUE, y + 4, value, size=SMALL, anchor="end", colour=colour)
    short = shortened(verdict, int((WIDTH - EDGE - VERDICT) / CELL))
    loud = verdict.startswith(("FAILED", "ERROR"))
    drawing.text(VERDICT, y + 4, short, size=SMALL, colour=colour, bold=loud, whole=verdict)


def _kind(point: "CohortPoint") -> str:
    return "warning" if point.outcome == "passed" and point.warning else point.outcome


def _mark(drawing: Drawing, kind: str, x: float, y: float) -> None:
    shape, colour, filled = MARKS[kind]
    drawing.mark(shape, x, y, colour=colour, filled=filled)


def verdict_words(point: "CohortPoint") -> str:
    """`FAILED, below -3`, `passed (warning above 2)`, `inconclusive, 50 pairs more`."""
    if point.outcome == "passed":
        return f"passed (warning {point.limit})" if point.warning and point.limit else "passed"
    if point.outcome == "failed":
        return f"FAILED, {point.limit or point.why}"
    if point.outcome == "error":
        return f"ERROR, {point.why}"
    turn = point.flip.partition(" (")[0]
    return f"inconclusive, {turn if point.n and turn else point.why}"


def _spoken(panel: "DivergencePanel") -> str:
    """The verdicts without the picture."""
    unit = panel.axis.unit
    told = [f"{p.cohort} {measure_of(p.value, unit)}, {verdict_words(p)}" for p in panel.cohorts]
    return ", ".join(told)
