"""Scores of packages week over week: a row each, a line small enough for a terminal, and a picture."""

from collections.abc import Mapping, Sequence
from typing import Any

from govern.domain.drills.confidence import CONDITIONAL, READY, Confidence, Point
from govern.report.drills import CAPS
from govern.report.plot_frame import EDGE, SMALL
from govern.report.plot_frame import WIDTH as WIDE
from govern.report.svg import BLUE, FAINT, ORANGE, RED, SOFT, Drawing, Scale
from govern.report.wrap import table, wrapped

BARS = "▁▂▃▄▅▆▇█"
HEAD = ["PACKAGE", "SCORES", "LAST", "SCENARIO", "RULE", "OWNERS", "NOW"]
SHOWN = 8  # weeks in a row of the table
TALL = 150.0
SHORT = {"production_ready": "ready", "conditional": "conditional", "hold": "hold", "draft": "draft"}


def history_lines(points: Mapping[str, Sequence[Point]], now: Mapping[str, Confidence]) -> list[str]:
    """A row for each package: of each week its last drill. Below, why less counts now, and what was taken in."""
    rows = [_row(package, list(weeks), now[package]) for package, weeks in points.items()]
    if not rows:
        return ["no drill was recorded yet, and no trigger leads to a package"]
    lines = [*table(HEAD, rows), " of each week the score of its last drill"]
    for package, weeks in points.items():
        if weeks and now[package].score != weeks[-1].score:
            why = "; ".join(CAPS[cap] for cap in now[package].caps)
            lines += wrapped(f"{package} counts for {now[package].score}: {why}", " ", "   ")
        if weeks and weeks[-1].wider:
            said = f"{package} took in more ({', '.join(weeks[-1].wider)}): a better score is no improvement"
            lines += wrapped(said, " ", "   ")
    return lines


def _row(package: str, weeks: Sequence[Point], now: Confidence) -> list[str]:
    if not weeks:
        return [package, "never drilled", *["-"] * 4, f"{now.score} {SHORT[now.status]}"]
    last, shown = weeks[-1].record.body, weeks[-SHOWN:]
    said = last["answers"]["decisions"]
    decisions = (said[owner]["decision"] for owner in last["answers"]["owners"])
    delta = weeks[-1].delta
    moved = f" {delta:+}" if delta is not None else ""
    return [
        package,
        f"{' '.join(str(each.score) for each in shown)} {sparkline([each.score for each in shown])}{moved}",
        last["ended_at"][5:10],
        last["scenario"].partition("_")[0],
        last["decision"]["outcome"],
        ", ".join(dict.fromkeys(decisions)),
        f"{now.score} {SHORT[now.status]}",
    ]


def sparkline(scores: Sequence[float]) -> str:
    """One block a score, from 0 to 100."""
    return "".join(BARS[min(len(BARS) - 1, int(score * len(BARS) / 100))] for score in scores)


def history_plot(points: Mapping[str, Sequence[Point]]) -> str:
    """Every package below the other, with the borders of the bands; the whole as SVG."""
    drawing = Drawing(WIDE)
    drawing.text(EDGE, 30, "Package confidence, week over week", size=15, bold=True)
    drawing.text(EDGE, 50, f"{READY} is production ready, {CONDITIONAL} conditional", size=SMALL, colour=SOFT)
    top = 70.0
    for package, weeks in points.items():
        if weeks:
            _draw(drawing, package, weeks, top)
            top += TALL + 60
    about = "; ".join(
        f"{name}: {', '.join(str(each.score) for each in weeks)}" for name, weeks in points.items() if weeks
    )
    return drawing.svg(top, "Package confidence, week over week", about)


def _draw(drawing: Drawing, package: str, weeks: Sequence[Point], top: float) -> None:
    scale = Scale(0, 100, top + 20 + TALL, top + 20)
    left, right = EDGE + 40, WIDE - EDGE - 20
    inset = 16  # the first stands clear of the labels
    step = (right - left - inset) / max(1, len(weeks) - 1)
    drawing.text(EDGE, top + 10, package, size=14, bold=True)
    for value, colour, dash in (
        (READY, BLUE, "6 3"),
        (CONDITIONAL, ORANGE, "6 3"),
        (0, FAINT, ""),
        (100, FAINT, ""),
    ):
        y = scale.at(value)
        drawing.line([(left, y), (right, y)], colour=colour, dash=dash)
        drawing.text(left - 5, y + 4, str(value), size=10, anchor="end", colour=SOFT)
    places = [(left + inset + place * step, scale.at(each.score)) for place, each in enumerate(weeks)]
    drawing.line(places, thick=1.5)
    for (x, y), each in zip(places, weeks, strict=True):
        colour = BLUE if each.score >= READY else ORANGE if each.score >= CONDITIONAL else RED
        about = f"{package}, week of {each.week[:10]}: {each.score}, {each.record.name}"
        drawing.mark("circle", x, y, colour=colour, filled=not each.wider, about=about)
        drawing.text(x, scale.start + 16, each.week[5:10], size=10, anchor="middle", colour=SOFT)


def history_data(points: Mapping[str, Sequence[Point]], now: Mapping[str, Confidence]) -> dict[str, Any]:
    return {
        "packages": {
            package: {
                **confidence_data(now[package]),
                "weeks": [
                    {"week": each.week, "score": each.score, "delta": each.delta, "wider": list(each.wider),
                     "record": each.record.name, "scenario": each.record.body["scenario"]}
                    for each in weeks
                ],
            }
            for package, weeks in points.items()
        }
    }  # fmt: skip


def confidence_data(now: Confidence) -> dict[str, Any]:
    return {
        "score": now.score,
        "raw": now.raw,
        "status": now.status,
        "caps": list(now.caps),
        "record": now.record.name if now.record else None,
    }
