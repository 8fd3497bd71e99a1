"""What both pictures of evidence share: the heading of a KPI, its zones and their key, an axis of values."""

import math
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from govern.report.svg import FAINT, INK, SOFT, Drawing, Scale, shortened, width

if TYPE_CHECKING:
    from govern.operations.evidence.plot_axes import Axis, Limit

EDGE = 16.0  # of the paper
WIDTH = 960.0
SMALL = 11.0
TINTS = {"warning": "#fff3d6", "critical": "#f5cdb9", "margin": "#f5cdb9"}  # in grey one is darker as well
DASHES = {"warning": "6 3", "critical": "", "margin": ""}
UNITS = {"percent": "%", "count": "", "ratio": ""}
SIGNS = {"above": "above", "at_least": "at least", "below": "below", "at_most": "at most"}


def headline(drawing: Drawing, packet: str, said: str, records: Sequence[str], at: str) -> str:
    """What is drawn of which packet, and from which records; the title."""
    room = int((WIDTH - 2 * EDGE) / width("x", 15)) - len(said) - 2
    drawing.text(
        EDGE, 30, f"{shortened(packet, room)}: {said}", size=15, bold=True, whole=f"{packet}: {said}"
    )
    more = f" and {len(records) - 1:,} more" if len(records) > 1 else ""
    source = f"from {records[0]}{more}, recorded {at[:16].replace('T', ' ')} UTC"
    drawing.text(EDGE, 50, shortened(source, 138), size=SMALL, colour=SOFT)
    return f"{packet}: {said}"


def heading(drawing: Drawing, y: float, axis: "Axis", more: str = "") -> float:
    """The KPI, what it is measured in, and the key of its zones; the y below."""
    drawing.text(EDGE, y, axis.kpi, size=14, bold=True)
    worse = {"higher": "higher is worse", "lower": "lower is worse"}.get(
        axis.worse_when, "both ends are worse"
    )
    said = ", ".join(part for part in (axis.measure.replace("_", " "), axis.unit, worse, more) if part)
    begin = EDGE + width(axis.kpi, 14) + 14
    drawing.text(
        begin, y, shortened(said, int((WIDTH - EDGE - begin) / width("x", SMALL))), size=SMALL, colour=SOFT
    )
    y, x = y + (19 if axis.limits else 0), EDGE
    for limit in axis.limits:
        said = limit_words(limit)
        if x + 26 + width(said, SMALL) > WIDTH - EDGE:
            x, y = EDGE, y + 16
        if not limit.of:
            drawing.band(x, y - 9, x + 20, y + 1, TINTS[limit.zone])
            edge = x if limit.upwards else x + 20
            drawing.line([(edge, y - 10), (edge, y + 2)], dash=DASHES[limit.zone], thick=1.2)
        drawing.text(x + 26, y, said, size=SMALL)
        x += 26 + width(said, SMALL) + 22
    return y + 12


def limit_words(limit: "Limit") -> str:
    """`critical below -3 points`; `not drawn` where it is a change against something."""
    unit = UNITS.get(limit.unit, limit.unit)
    at = f"{limit.at:g}{f' {unit}' if unit else ''}"
    against = f" against {limit.of} (not drawn)" if limit.of else ""
    return f"{limit.zone} {SIGNS[limit.op]} {at}{against}"


def zones(axis: "Axis", scale: Scale) -> list[tuple[str, float, float]]:
    """Coordinates of each zone along the scale, what lies on top last."""
    found: list[tuple[str, float, float]] = []
    for zone in ("warning", "critical", "margin"):
        for limit in axis.drawn:
            if limit.zone == zone:
                ends = (limit.at, scale.high) if limit.upwards else (scale.low, limit.at)
                first, second = sorted(scale.at(end) for end in ends)
                found.append((zone, first, second))
    return found


def edges(axis: "Axis", scale: Scale) -> list[tuple[float, str]]:
    """Where the limits are drawn, and how they are dashed; none that lies outside."""
    drawn = (limit for limit in axis.drawn if scale.low < limit.at < scale.high)
    return [(scale.at(limit.at), DASHES[limit.zone]) for limit in drawn]


def across(drawing: Drawing, axis: "Axis", scale: Scale, top: float, bottom: float) -> None:
    """Zones, limits and ticks of values that lie along x."""
    for zone, left, right in zones(axis, scale):
        drawing.band(left, top, right, bottom, TINTS[zone])
    free = 0.0
    for value, said in scale.ticks(least=_least(axis)):
        x, half = scale.at(value), width(said, SMALL) / 2
        drawing.line([(x, top), (x, bottom)], colour=FAINT)
        if x - half > free:
            drawing.text(x, bottom + 14, said, size=SMALL, anchor="middle", colour=SOFT)
            free = x + half + 6
    if scale.low < 0 < scale.high:
        drawing.line([(scale.at(0), top), (scale.at(0), bottom)], colour=SOFT)
    for x, dash in edges(axis, scale):
        drawing.line([(x, top), (x, bottom)], colour=INK, thick=1.2, dash=dash)


def upwards(drawing: Drawing, axis: "Axis", scale: Scale, left: float, right: float) -> None:
    """Zones, limits and ticks of values that lie along y."""
    for zone, top, bottom in zones(axis, scale):
        drawing.band(left, top, right, bottom, TINTS[zone])
    for value, said in scale.ticks(4, least=_least(axis)):
        y = scale.at(value)
        drawing.line([(left, y), (right, y)], colour=FAINT)
        drawing.text(left - 5, y + 4, said, size=10, anchor="end", colour=SOFT)
    for y, dash in edges(axis, scale):
        drawing.line([(left, y), (right, y)], colour=INK, thick=1.2, dash=dash)


def floor_of(values: Iterable[float]) -> float:
    """Zero where nothing lies below it."""
    return 0.0 if min(values, default=0.0) >= 0 else -math.inf


def _least(axis: "Axis") -> float:
    """How far apart ticks are at least: there is no half of what is counted."""
    return 1.0 if axis.unit == "count" else 0.0


def measure_of(value: float | None, unit: str, *, signed: bool = False) -> str:
    """`-18.8`, `4.2 %`, `0.04 %`: shares to a tenth, what is smaller by its first digits."""
    if value is None:
        return "-"
    shares = unit in ("percent", "points") and (0.1 <= abs(value) < 1e6 or not value)
    said = format(value + 0.0, f"{'+' if signed and value else ''}{'.1f' if shares else '.3g'}")
    return f"{said} %" if unit == "percent" else said
