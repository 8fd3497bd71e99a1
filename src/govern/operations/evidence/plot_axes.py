"""What a KPI's axis shows in a plot: its unit, which way is worse, and the limits that decide. Numbers, no words."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from govern.domain.bands import BEYOND
from govern.domain.evidence.windows import PAIRS

ZONES = ("warning", "critical")


@dataclass(frozen=True, slots=True)
class Limit:
    """Beyond `at` lies the zone. `of`: it is a change against that, in `unit`, and has no place on the axis."""

    zone: str  # warning, critical or margin
    op: str  # above, at_least, below, at_most
    at: float
    unit: str
    of: str = ""

    @property
    def upwards(self) -> bool:
        return self.op in ("above", "at_least")


@dataclass(frozen=True, slots=True)
class Axis:
    kpi: str
    measure: str
    unit: str
    worse_when: str
    method: str
    limits: tuple[Limit, ...]

    @property
    def drawn(self) -> tuple[Limit, ...]:
        return tuple(limit for limit in self.limits if not limit.of)

    def badness(self, value: float | None) -> float:
        """The greater, the worse; nothing is better than any value."""
        if value is None:
            return float("-inf")
        return abs(value) if self.worse_when == "either" else value if self.worse_when == "higher" else -value


def axis_of(kpi: Mapping[str, Any]) -> Axis:
    measure = kpi["measure"]
    named = measure if isinstance(measure, str) else next(iter(measure.values()))
    limits = _margins(kpi) if kpi["method"] == "anytime" else _bands(kpi)
    return Axis(kpi["id"], named, kpi["unit"], kpi["worse_when"], kpi["method"], limits)


def _bands(kpi: Mapping[str, Any]) -> tuple[Limit, ...]:
    found = []
    for zone in ZONES:
        band = kpi["bands"].get(zone, {})
        found += [Limit(zone, op, band[op], kpi["unit"]) for op in BEYOND if op in band]
        change = band.get("relative", {})
        found += [Limit(zone, op, change[op], change["unit"], change["to"]) for op in BEYOND if op in change]
    return tuple(found)


def _margins(kpi: Mapping[str, Any]) -> tuple[Limit, ...]:
    """On pairs the value is a difference, so that the margin lies on its axis; on decisions it is one to prev."""
    margin, of = kpi["margin"], "" if kpi["source"] == PAIRS else "prev"
    above, below = (
        Limit("margin", op, at, kpi["unit"], of) for op, at in (("above", margin), ("below", -margin))
    )
    return {"higher": (above,), "lower": (below,)}.get(kpi["worse_when"], (below, above))
