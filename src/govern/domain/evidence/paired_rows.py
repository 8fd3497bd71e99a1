"""What a recorded row of pairs says of the mean that a KPI watches: the differences behind its value.

The row has to carry enough: whole losses, ties and gains as counts, other scores as weights on edges. Counts
that do not give the row's own n and value are not believed.
"""

from collections.abc import Mapping
from typing import Any

from govern.domain.evidence.newest import Row
from govern.domain.statistics.differences import EDGES, GAIN, LOSS, TIE, WHOLE, Differences

HUNDREDTHS = ("points", "percent")
SHARES = ("net_win_rate", "policy_flip_rate")
MEANS = ("mean_score_delta", *SHARES)
NUMBERED = {str(edge): edge for edge in range(EDGES)}
CLOSE = 1e-6  # of the range: as exact as millionths of a pair are


class UnusableError(Exception):
    """A KPI or a row that says nothing of a bounded mean; the text says why."""


def scale_of(kpi: Mapping[str, Any]) -> float:
    """How much of the KPI's unit a difference of the whole range is."""
    if kpi["measure"] not in MEANS:
        raise UnusableError(f"{kpi['measure']} is no mean of a bounded value: it takes method point")
    if kpi["measure"] in SHARES:
        return 100.0 if kpi["unit"] in HUNDREDTHS else 1.0
    if "range" not in kpi:
        raise UnusableError("method anytime needs the range of the score")
    low, high = kpi["range"]
    return 100.0 if kpi["unit"] in HUNDREDTHS else float(high - low)


def margin_of(kpi: Mapping[str, Any]) -> float:
    """The margin as a share of the range."""
    margin = float(kpi["margin"] / scale_of(kpi))
    if margin >= 1:
        raise UnusableError(f"a margin of {kpi['margin']:g} is the whole range: nothing could fail it")
    return margin


def differences(kpi: Mapping[str, Any], row: Row) -> Differences:
    """The row's pairs, or clusters, with what is worse below zero."""
    found = _as_measured(kpi, row["counts"])
    unit, wanted = row.get("unit", "item"), kpi.get("sample_unit", "item")
    if unit != wanted:
        raise UnusableError(f"it was measured {unit} by {unit}, and sample_unit is {wanted}")
    if found.n != row["n"] or row["value"] is None or abs(found.mean - row["value"] / scale_of(kpi)) > CLOSE:
        raise UnusableError("the counts recorded give another n or another value")
    return found.mirrored if kpi["worse_when"] == "higher" else found


def _as_measured(kpi: Mapping[str, Any], counts: Mapping[str, Any]) -> Differences:
    edges = counts.get("edges")
    if isinstance(edges, Mapping) and all(edge in NUMBERED for edge in edges):
        ends = (TIE, GAIN) if kpi["measure"] == "policy_flip_rate" else (LOSS, GAIN)
        found = Differences({NUMBERED[edge]: weight for edge, weight in edges.items()}, ends)
    elif not {"worse", "same", "better"} <= counts.keys():
        raise UnusableError("the counts behind the value were not recorded")
    elif kpi["measure"] == "policy_flip_rate":  # a pass that was gained elsewhere makes up for no flip
        kept = counts["same"] + counts["better"]
        found = Differences({TIE: kept * WHOLE, GAIN: counts["worse"] * WHOLE}, (TIE, GAIN))
    else:
        found = Differences.counted(counts["worse"], counts["same"], counts["better"])
    if any(weight < 0 for weight in found.weights.values()):
        raise UnusableError("the counts recorded are none of pairs")
    return found
