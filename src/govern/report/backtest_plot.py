"""The picture of a sweep: for each threshold the incidents it caught, and below the false alarms it cost in a week.

Drawn are the windows that were fitted on. The threshold that was given and the suggested one stand as lines.
"""

import math
from typing import TYPE_CHECKING

from govern.report.backtest import number, rule_words
from govern.report.plot_frame import EDGE, SMALL, WIDTH
from govern.report.svg import BLUE, FAINT, INK, ORANGE, RED, SOFT, Drawing, Scale, width

if TYPE_CHECKING:
    from govern.domain.triggers.threshold_sweep import Sweep
    from govern.operations.triggers.backtest import Backtest

LEFT, TALL, TOP, GAP = EDGE + 62.0, 150.0, 112.0, 42.0


def sweep_svg(found: "Backtest") -> str:
    swept = found.swept
    assert swept is not None and swept.tried, "there is something to draw"
    drawing = Drawing(WIDTH)
    title = f"{found.history.of or 'Rule'}: {rule_words(found.history.rule, threshold=False)}"
    drawing.text(EDGE, 30, title, size=15, bold=True)
    fit = swept.tried[0]
    where = "windows before the split" if found.split else "windows"
    what = f"{len(swept.tried)} thresholds over {fit.windows:,} {where} with {len(fit.catches)} incidents"
    drawing.text(EDGE, 50, what, size=SMALL, colour=SOFT)
    across = Scale.over([judged.rule.threshold for judged in swept.tried], LEFT, WIDTH - EDGE - 8)
    bottom = _panel(
        drawing, across, TOP, "incidents caught", [float(each.hits) for each in swept.tried], swept, BLUE
    )
    weekly = [each.a_week or 0.0 for each in swept.tried]
    shown = [math.log10(1 + value) for value in weekly]  # a few matter, thousands do not
    bottom = _panel(
        drawing, across, bottom + GAP, "false alarms a week", shown, swept, RED, math.log10(1 + swept.budget)
    )
    _marks(drawing, across, found, bottom)
    for value, said in across.ticks(9):
        drawing.text(across.at(value), bottom + 14, said, size=10, anchor="middle", colour=SOFT)
    drawing.text(WIDTH - EDGE, bottom + 30, "threshold", size=SMALL, anchor="end", colour=SOFT)
    about = "; ".join(
        f"{number(each.rule.threshold)}: {each.hits} caught, {len(each.false)} false" for each in swept.tried
    )
    return drawing.svg(bottom + 44, title, about)


def _panel(
    drawing: Drawing,
    across: Scale,
    top: float,
    name: str,
    values: list[float],
    swept: "Sweep",
    colour: str,
    budget: float | None = None,
) -> float:
    """One curve over the thresholds; the y below. A panel with a budget is drawn by powers of ten."""
    scale = Scale(0.0, max([*values, budget or 0.0, 0.3]) * 1.08, top + TALL, top)
    drawing.text(LEFT, top - 8, name, size=SMALL, bold=True)
    for value, said in _ticks(scale, logarithmic=budget is not None):
        drawing.line([(LEFT, scale.at(value)), (across.end, scale.at(value))], colour=FAINT)
        drawing.text(LEFT - 6, scale.at(value) + 4, said, size=10, anchor="end", colour=SOFT)
    if budget is not None:
        y = scale.at(budget)
        drawing.line([(LEFT, y), (across.end, y)], colour=INK, dash="6 3")
        words = f"budget {number(swept.budget)}"
        if _is_left(across, swept):  # where no line of a threshold goes through it
            drawing.text(across.end, y - 5, words, size=10, anchor="end")
        else:
            drawing.text(LEFT + 4, y - 5, words, size=10)
    points = [
        (across.at(judged.rule.threshold), scale.at(value))
        for judged, value in zip(swept.tried, values, strict=True)
    ]
    drawing.line(points, colour=colour, thick=1.4)
    for (x, y), judged in zip(points, swept.tried, strict=True):
        said = f"{number(judged.rule.threshold)}: {judged.hits} of {len(judged.catches)} caught, "
        drawing.mark("circle" if budget is None else "square", x, y, colour=colour,
                     about=f"{said}{len(judged.false)} false alarms")  # fmt: skip
    drawing.line([(LEFT, top), (LEFT, top + TALL), (across.end, top + TALL)], colour=SOFT)
    return top + TALL


def _is_left(across: Scale, swept: "Sweep") -> bool:
    """Whether the suggestion stands in the left half."""
    x = across.at(swept.suggested.rule.threshold) if swept.suggested else across.end
    return x < (LEFT + across.end) / 2


def _ticks(scale: Scale, *, logarithmic: bool) -> list[tuple[float, str]]:
    if not logarithmic:
        return scale.ticks(4, least=1.0)
    round_ones = (0, 1, 3, 10, 30, 100, 300, 1000, 3000, 10000)
    return [(at, f"{value:,}") for value in round_ones if (at := math.log10(1 + value)) <= scale.high]


def _marks(drawing: Drawing, across: Scale, found: "Backtest", bottom: float) -> None:
    """Where the given threshold and the suggested one stand, each in a line of words of its own."""
    marks = []
    if found.given is not None:
        marks.append((found.given.rule.threshold, "given", INK, "2 2"))
    if found.suggested is not None:
        marks.append((found.suggested.rule.threshold, "suggested", ORANGE, ""))
    for row, (threshold, what, colour, dash) in enumerate(marks):
        x, words = across.at(threshold), f"{what} {number(threshold)}"
        y = 66 + 12 * row
        drawing.line([(x, y + 2), (x, bottom)], colour=colour, dash=dash)
        if x + 4 + width(words, 10) <= across.end:
            drawing.text(x + 4, y + 6, words, size=10, colour=colour)
        else:
            drawing.text(x - 4, y + 6, words, size=10, anchor="end", colour=colour)
