"""The picture of KPIs over review cycles: a small chart for each cohort, on one scale of values and of time.

What counts at the border is filled and joined; what does not is hollow. Moves of the cohort stand as dotted lines.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from govern.domain.windows import instant
from govern.report.plot_frame import EDGE, SMALL, WIDTH, floor_of, heading, headline, upwards
from govern.report.svg import BLUE, INK, ORANGE, RED, SOFT, Drawing, Scale, shortened, width

if TYPE_CHECKING:
    from govern.operations.evidence.plot_windows import (
        BandsOverWindows,
        Move,
        Series,
        WindowPoint,
        WindowsPanel,
    )

GAP, TALL = 24.0, 96.0
AXIS = 62.0  # left of a chart, for the values
LANE = 12.0
MARKS = {
    "passed": ("circle", BLUE), "warning": ("triangle", ORANGE), "failed": ("square", RED), "": ("circle", INK),
    "inconclusive": ("diamond", SOFT), "error": ("cross", RED), "missing": ("cross", SOFT),
}  # fmt: skip
FROM_ZERO = ("percent", "count", "ratio")
KEY = (("passed", "in band"), ("warning", "beyond warning"), ("failed", "beyond critical"),
       ("inconclusive", "too few"), ("missing", "no value, not collected"))  # fmt: skip
WORDS = {"rollback": "went back", "extend": "more", "change_control": "limits changed"}


def windows_svg(found: "BandsOverWindows") -> str:
    drawing = Drawing(WIDTH)
    before = {"wide": "canary", "adopted": "wide"}[found.border]
    said = f"KPIs on decisions over review cycles, {before} -> {found.border}"
    title = headline(drawing, found.packet, said, found.records, found.at)
    _key(drawing)
    y = 108.0
    for panel in found.panels:
        y = _panel(drawing, panel, y) + 40
    about = "; ".join(f"{panel.axis.kpi}: {_spoken(panel)}" for panel in found.panels)
    return drawing.svg(y - 24, title, about)


def _key(drawing: Drawing) -> None:
    x = EDGE + 5
    for kind, said in KEY:
        shape, colour = MARKS[kind]
        drawing.mark(shape, x, 68, colour=colour)
        drawing.text(x + 11, 72, said, size=SMALL)
        x += 11 + width(said, SMALL) + 22
    drawing.mark("circle", x, 68, colour=BLUE, filled=False)
    drawing.text(x + 11, 72, "hollow: does not count", size=SMALL)
    x += 11 + width("hollow: does not count", SMALL) + 18
    drawing.line([(x, 68), (x + 20, 68)], colour=SOFT, dash="2 2")
    drawing.text(x + 26, 72, "on prev", size=SMALL)


def _panel(drawing: Drawing, panel: "WindowsPanel", top: float) -> float:
    """Heading and charts, two in a row; the y below."""
    series = panel.series
    left_out = f"{panel.left_out:,} more cohorts are left out, none worse" if panel.left_out else ""
    y = heading(drawing, top, panel.axis, left_out) + 6
    if not any(each.points for each in series):
        drawing.text(EDGE, y + 12, "no cycle is complete yet", size=SMALL, colour=SOFT)
        return y + 16
    values = [v for each in series for p in each.points for v in (p.value, p.prev) if v is not None]
    values += [limit.at for limit in panel.axis.drawn] + ([0.0] if panel.axis.unit in FROM_ZERO else [])
    floor = floor_of(values)
    scope = _span(series)
    columns = 1 if len(series) == 1 else 2
    across = (WIDTH - 2 * EDGE - GAP * (columns - 1)) / columns
    for first in range(0, len(series), columns):
        row = series[first : first + columns]
        placed = []
        for column, each in enumerate(row):
            left = EDGE + column * (across + GAP)
            time = Scale(*scope, left + AXIS, left + across - 8)
            placed.append((each, left, time, _lanes(each.moves, time)))
        lanes = max((lane + 1 for *_, moves in placed for _, _, lane in moves), default=0)
        begin = y + 22 + LANE * lanes
        scale = Scale.over(values, begin + TALL, begin, floor)
        for each, left, time, moves in placed:
            _chart(drawing, panel, each, (left, y + 12, left + across), time, scale, moves)
        y = begin + TALL + 34
    return y - 14


def _chart(
    drawing: Drawing,
    panel: "WindowsPanel",
    series: "Series",
    corner: tuple[float, float, float],
    time: Scale,
    scale: Scale,
    moves: list[tuple["Move", float, int]],
) -> None:
    left, head, right = corner
    top, bottom = scale.end, scale.start
    name = (series.cohort or "all together") + (f" {series.cluster}" if series.cluster else "")
    room = int((right - left) / width("x", SMALL)) - 2
    verdict = shortened(_verdict(series), room * 3 // 5)
    short = shortened(name, room - len(verdict))
    drawing.text(left, head, short, size=SMALL, bold=True, whole=name)
    loud = series.outcome in ("failed", "error")
    drawing.text(right, head, verdict, size=SMALL, anchor="end", bold=loud, whole=_verdict(series))
    upwards(drawing, panel.axis, scale, time.start, time.end)
    _times(drawing, series.points, time, bottom)
    for move, x, lane in moves:
        drawing.line([(x, head + 8 + LANE * (lane + 1)), (x, bottom)], colour=INK, dash="1 2")
        words = _move_words(move)
        drawing.text(_begin(words, x, time), head + 6 + LANE * (lane + 1), words, size=10, colour=INK)
    _values(drawing, series.points, time, scale)
    drawing.line([(time.start, top), (time.start, bottom), (time.end, bottom)], colour=SOFT)


def _values(drawing: Drawing, points: Sequence["WindowPoint"], time: Scale, scale: Scale) -> None:
    """Those of prev as a dashed line, those of next joined where they count."""
    beside = [(_middle(p, time), scale.at(p.prev)) for p in points if p.prev is not None]
    if len(beside) == 1:
        ((x, y),) = beside
        beside = [(x - 7, y), (x + 7, y)]
    if beside:
        drawing.line(beside, colour=SOFT, dash="2 2", thick=1.2)
    joined = [(_middle(p, time), scale.at(p.value)) for p in points if p.value is not None and p.counts]
    if len(joined) > 1:
        drawing.line(joined, colour=INK, thick=1.2)
    for point in points:
        kind = "missing" if point.value is None else point.zone
        shape, colour = MARKS[kind]
        y = scale.start - 6 if point.value is None else scale.at(point.value)
        said = "not collected" if point.zone == "missing" else f"n {point.n:,}"
        figure = "" if point.value is None else f"{point.value:.4g}, "
        filled = point.counts and kind != "missing"
        about = f"{point.window}: {figure}{said}"
        drawing.mark(shape, _middle(point, time), y, colour=colour, filled=filled, about=about)


def _times(drawing: Drawing, points: Sequence["WindowPoint"], time: Scale, bottom: float) -> None:
    """The begin of as many cycles as there is room to name; the first with its year."""
    free = time.start - 20
    for place, point in enumerate(points):
        x = time.at(_seconds(point.since))
        whole = point.since[:10] if not place else point.since[5:10]
        said = whole if point.since.endswith("T00:00:00Z") else f"{whole} {point.since[11:16]}"
        drawing.line([(x, bottom), (x, bottom + 3)], colour=SOFT)
        if x > free and x + width(said, 10) <= time.end + 8:
            drawing.text(x, bottom + 14, said, size=10, colour=SOFT)
            free = x + width(said, 10) + 8


def _span(series: Sequence["Series"]) -> tuple[float, float]:
    """From the first cycle to the last, with room for moves that lie not too far off."""
    points = [point for each in series for point in each.points]
    begin, end = min(_seconds(p.since) for p in points), max(_seconds(p.until) for p in points)
    room = (end - begin) / 3
    moves = [_seconds(move.at) for each in series for move in each.moves]
    near = [at for at in moves if begin - room <= at <= end + room]
    return min([begin, *near]), max([end, *near])


def _lanes(moves: Sequence["Move"], time: Scale) -> list[tuple["Move", float, int]]:
    """Each move with its x and the first line of words in which its own overlap no other."""
    ends: list[float] = []
    placed = []
    for move in moves:
        x, words = time.at(_seconds(move.at)), _move_words(move)
        begin = _begin(words, x, time)
        lane = next((n for n, end in enumerate(ends) if end + 8 <= begin), len(ends))
        ends[lane:] = [begin + width(words, 10), *ends[lane + 1 :]]
        placed.append((move, x, lane))
    return placed


def _begin(words: str, x: float, time: Scale) -> float:
    """Words begin at their line, or earlier where the chart ends."""
    return min(x + 3, time.end - width(words, 10))


def _move_words(move: "Move") -> str:
    what = WORDS.get(move.what, move.what)
    share = f" {move.percent:g} %" if move.percent is not None and move.what != "rollback" else ""
    return f"{move.at[5:10]} {what}{share}"


def _verdict(series: "Series") -> str:
    """As the gate of the border says it now."""
    said = {"back": "went back", "not_asked": "not asked here"}.get(series.outcome)
    if said is not None:
        return said
    if series.outcome == "passed":
        return "in band, excused" if series.warning else "in band"
    if series.outcome == "failed":
        return f"FAILED, {series.limit or series.why}"
    return f"{'ERROR' if series.outcome == 'error' else 'inconclusive'}, {series.why}"


def _middle(point: "WindowPoint", time: Scale) -> float:
    return (time.at(_seconds(point.since)) + time.at(_seconds(point.until))) / 2


def _seconds(at: str) -> float:
    return instant(at).timestamp()


def _spoken(panel: "WindowsPanel") -> str:
    """The verdicts without the picture."""
    return ", ".join(f"{each.cohort or 'all together'} {_verdict(each)}" for each in panel.series)
