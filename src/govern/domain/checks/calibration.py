"""Is next calibrated: the packet complete, the locked model that of next, the backtest inside its limits?

With an unchanged model the packet carries prev's calibration, and only its review date is asked.

To pass: Run the calibration again and write what is missing into its packet: govern new calibration ID. In draft it
is an edit: publish it, then: govern phase check PACKET.
"""

from collections.abc import Mapping
from typing import Any

from govern.domain.gates import Border
from govern.domain.verdict import Verdict

COMPLETE = (
    "dataset",
    "error_taxonomy",
    "bias",
    "backtest",
    "option_schema_version",
    "policy_filters_version",
)


def check(border: Border) -> Verdict:
    name = border.value["calibration_packet_id"]
    part = border.parts.get(f"calibrations/{name}")
    if part is None or border.next is None or border.prev is None:
        return Verdict("calibration", "failed", f"calibration {name} is not there")
    value = part.value
    if value["review_due"] <= border.now[:10]:
        return Verdict("calibration", "failed", f"{name}: its review was due {value['review_due']}")
    if border.prev.components["model"] == border.next.components["model"]:
        return Verdict("calibration", "passed", f"same model; {name} holds until {value['review_due']}")
    faults = [f"no {field}" for field in COMPLETE if field not in value]
    model = border.next.components["model"]
    if value["model_version"] != model["version"]:
        faults.append(f"locked to {value['model_version']}, next is {model['version']}")
    locked = value["model_lock"].get("digest")
    if "digest" in model and locked != model["digest"]:
        faults.append("the digest of the lock is not that of next's model")
    faults += _beyond_limits(value.get("backtest", {}))
    if faults:
        return Verdict("calibration", "failed", f"{name}: {'; '.join(faults)}")
    return Verdict("calibration", "passed", f"{name}: complete, lock = next, backtest in its limits")


def _beyond_limits(backtest: Mapping[str, Any]) -> list[str]:
    suffix = "_at_most"
    return [
        f"backtest {name} {backtest[name]:g} above {limit:g}"
        for name, limit in (
            (key.removesuffix(suffix), backtest[key]) for key in backtest if key.endswith(suffix)
        )
        if name in backtest and backtest[name] > limit
    ]
