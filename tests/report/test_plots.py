"""Pictures of evidence: well-formed, the same bytes again, every text on the paper and beside every other."""

from dataclasses import replace
from itertools import combinations
from typing import Any
from xml.etree import ElementTree

import pytest

from govern.operations.evidence.plot_axes import Axis, Limit
from govern.operations.evidence.plot_pairs import CohortPoint, Divergence, DivergencePanel, Pooled
from govern.operations.evidence.plot_windows import BandsOverWindows, Move, Series, WindowPoint, WindowsPanel
from govern.report.plotted import picture
from govern.report.svg import width

AT, RECORDS = "2026-11-20T09:00:00Z", ("packets/gpt35-june#3", "packets/gpt35-june#2")
LONGEST = "W" * 120 + '<&">]]>x'  # a cohort key has 128 signs
SCRIPT = "</text><script>alert(1)</script>\x1b[31m"
BANDS = (Limit("warning", "above", 2, "percent"), Limit("critical", "at_least", 5, "percent"))
RATE = Axis("flip-rate", "policy_flip_rate", "percent", "higher", "point", BANDS)
MARGIN = Axis(
    "delta", "mean_score_delta", "points", "lower", "anytime", (Limit("margin", "below", -5, "points"),)
)
LONG = Axis("x" * 63, f"measures/{'y' * 200}.sql", "ranks", "either", "point", (
    Limit("warning", "above", 3, "ranks"), Limit("warning", "below", -3, "ranks"),
    Limit("critical", "at_least", 5, "ranks"), Limit("critical", "at_most", -5, "ranks"),
    Limit("critical", "above", 25, "percent", "prev"), Limit("critical", "above", 25.123456, "percent", "accepted"),
))  # fmt: skip
BARE = Axis("bare", "net_win_rate", "points", "lower", "point", ())


def point(cohort: str = "a", value: float | None = 1.0, outcome: str = "passed", **more: Any) -> CohortPoint:
    told = {"n": 100, "interval": None, "warning": False, "limit": "", "why": "in band", "flip": ""} | more
    return CohortPoint(cohort, value=value, outcome=outcome, **told)


EVERY = (
    point("a", -18.8, "failed", interval=(-24.0, -9.5), limit="margin 5"),
    point(LONGEST, None, "error", why="the counts recorded give another n or another value " * 3),
    point(SCRIPT, -4, "inconclusive", interval=(-9, 1), flip="about 1,234 more pairs (-9 to 1 points)"),
    point("c", None, "inconclusive", n=0, why="no data", flip="20 pairs"),
    point("d", 2.0, "passed", warning=True, limit="above 2", n=12_345_678),
    point("e", 1e9),
)


def pairs(axis: Axis, *points: CohortPoint, pooled: bool = False, left_out: int = 0) -> Divergence:
    panel = DivergencePanel(axis, points, Pooled(12_345, 1.25) if pooled else None, left_out)
    return Divergence("gpt35-june", "canary", RECORDS, AT, (panel,))


def cycle(day: int, value: float | None, zone: str = "passed", hour: int = 0, **more: Any) -> WindowPoint:
    since, until = (f"2026-11-{day + n:02}T{hour:02}:00:00Z" for n in (0, 1))
    told = {"n": 100, "prev": None, "counts": True} | more
    return WindowPoint(f"{since}/P1D", since, until, value=value, zone=zone, **told)


def series(cohort: str | None, *points: WindowPoint, **more: Any) -> Series:
    told = {
        "cluster": None,
        "moves": (),
        "outcome": "passed",
        "warning": False,
        "limit": "",
        "why": "",
        "flip": "",
    }
    return Series(cohort, points=points, **{**told, **more})


MOVES = (
    Move("2026-11-09T10:00:00Z", "canary", 5.0), Move("2026-11-12T01:00:00Z", "extend", 20.0),
    Move("2026-11-12T03:00:00Z", "extend", 30.5), Move("2026-11-12T05:00:00Z", "change_control"),
    Move("2026-11-15T05:00:00Z", "wide", 100.0), Move("2026-11-15T15:00:00Z", "rollback"),
)  # fmt: skip
DAYS = tuple(cycle(10 + n, value, "failed" if value > 5 else "passed", counts=n > 2, prev=1.0)
             for n, value in enumerate((1, 2.5, 1, 6, 7, 8)))  # fmt: skip
MANY = tuple(cycle(1 + n % 28, n / 10, hour=n // 28) for n in range(60))


def windows(axis: Axis, *each: Series, left_out: int = 0) -> BandsOverWindows:
    return BandsOverWindows("gpt35-june", "wide", RECORDS[:1], AT, (WindowsPanel(axis, each, left_out),))


PICTURES = {
    "every outcome": pairs(MARGIN, *EVERY, pooled=True, left_out=12),
    "one cohort": pairs(RATE, point()),
    "sixty cohorts": pairs(RATE, *(point(f"cohort-{n}", n / 3) for n in range(60)), pooled=True),
    "all equal": pairs(RATE, *(point(name, 7.0) for name in "abc")),
    "all zero": pairs(BARE, *(point(name, 0.0) for name in "abc")),
    "no value": pairs(MARGIN, point(value=None, outcome="inconclusive", n=0, why="no data")),
    "no limit, nothing": pairs(BARE, point(value=None, n=0)),
    "long words": replace(pairs(LONG, *EVERY), packet="p" * 63, records=(f"packets/{'p' * 200}#3",)),
    "moves": windows(RATE, series("xr-na", *DAYS, moves=MOVES, outcome="failed", limit="above 5"), series("b", *DAYS)),
    "one series": windows(RATE, series("public", *DAYS, moves=MOVES[:1]), left_out=4),
    "long series": windows(LONG, series(LONGEST, *DAYS, cluster="z" * 90, outcome="error", why=SCRIPT * 4)),
    "hostile series": replace(windows(RATE, series(SCRIPT, *DAYS, outcome="back")), packet="p" * 63),
    "sixty cycles": windows(RATE, series("a", *MANY), series("b", *MANY, moves=MOVES)),
    "hours": windows(RATE, series(None, *(cycle(n, 1.0, hour=13) for n in range(1, 9)))),
    "no cycle": windows(RATE, series("a"), series("b", outcome="not_asked")),
    "one without cycles": windows(RATE, series("a"), series("b", cycle(1, None, "missing"), outcome="inconclusive")),
    "counts of zero": windows(replace(RATE, unit="count"), series("a", *(cycle(n, 0) for n in (1, 2)))),
    "far from zero": windows(replace(RATE, unit="ms", limits=()), series("a", cycle(1, 812_345.1), cycle(2, 812_360))),
}  # fmt: skip


def texts(svg: str) -> list[tuple[float, float, float, float, str]]:
    """Left, top, right, bottom and words of every text."""
    found = []
    for text in ElementTree.fromstring(svg).iter("{http://www.w3.org/2000/svg}text"):
        words = "".join(text.itertext()).removeprefix(text.findtext("{*}title") or "")
        size, x, y = (float(text.attrib[name]) for name in ("font-size", "x", "y"))
        across = width(words, size)
        left = x - {"end": across, "middle": across / 2}.get(text.get("text-anchor", ""), 0)
        found.append((left, y - 0.75 * size, left + across, y + 0.2 * size, words))
    return found


@pytest.mark.parametrize("name", PICTURES)
def test_every_text_lies_on_the_paper(name: str) -> None:
    svg = picture(PICTURES[name])
    _, _, across, down = map(float, ElementTree.fromstring(svg).attrib["viewBox"].split())
    outside = [
        each for each in texts(svg) if each[0] < 0 or each[1] < 0 or each[2] > across or each[3] > down
    ]
    assert outside == []


@pytest.mark.parametrize("name", PICTURES)
def test_no_text_covers_another(name: str) -> None:
    def cover(one: tuple[float, ...], other: tuple[float, ...]) -> bool:
        return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]

    found = texts(picture(PICTURES[name]))
    assert [(one[4], other[4]) for one, other in combinations(found, 2) if cover(one[:4], other[:4])] == []


@pytest.mark.parametrize("name", PICTURES)
def test_a_picture_is_plain_and_the_same_again(name: str) -> None:
    svg = picture(PICTURES[name])
    assert svg == picture(PICTURES[name])
    tags = {each.tag.rpartition("}")[2] for each in ElementTree.fromstring(svg).iter()}
    assert tags <= {"svg", "title", "desc", "rect", "text", "polyline", "polygon", "circle"}
    assert "<script" not in svg and "href" not in svg and "\x1b" not in svg and "nan" not in svg
    assert svg.count("http") == 1  # the name of the format


def test_shapes_tell_verdicts_apart_without_colour() -> None:
    shown = [point(outcome, n / 3, outcome) for n, outcome in enumerate(("passed", "failed", "inconclusive"))]
    shown.append(point("warned", 2.5, warning=True, limit="above 2"))
    svg = ElementTree.fromstring(picture(pairs(RATE, *shown, pooled=True)))
    kinds = [(each.tag[-7:], each.get("points", "").count(","), each.get("fill") == "#ffffff")
             for each in svg if each.tag.endswith(("circle", "polygon"))]  # fmt: skip
    key, rows = kinds[:6], kinds[6:]
    assert len(set(key)) == 6 and len(set(rows)) == 5 and set(rows) < set(key)


def test_a_reader_that_cannot_see_hears_every_verdict() -> None:
    root = ElementTree.fromstring(picture(pairs(MARGIN, *EVERY[:1], EVERY[4])))
    assert root.findtext("{*}title") == "gpt35-june: divergence of next from prev, shadow -> canary"
    assert root.findtext("{*}desc") == "delta: a -18.8, FAILED, margin 5, d 2.0, passed (warning above 2)"
