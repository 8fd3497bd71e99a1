"""The calibration of a packet belongs to the model that next runs."""

from collections.abc import Iterator
from typing import Any

from govern.domain.findings import Finding
from govern.domain.rules.view import Explanation, View, at, finding, text

CODES = {
    "GOV-PKT-009": Explanation(
        "calibration of another model",
        "Scores mean what the calibration says only for the model that it was made with.",
        "Name the calibration of next's model; with the same model in prev and next, that of prev.",
    ),
}


def check(view: View) -> Iterator[Finding]:
    for packet in view.of("packet"):
        calibration = view.get("calibration", at(packet.value, "calibration_packet_id"))
        baseline = view.get("baseline", at(packet.value, "next", "baseline"))
        if calibration is None or baseline is None:
            continue
        model = at(baseline.value, "components", "model")
        running, locked = _version(model), text(calibration.value, "model_version")
        digests = text(model, "digest"), text(calibration.value, "model_lock", "digest")
        if running and locked and running != locked:
            hint = f"{calibration.id} is locked to {locked}, {baseline.id} runs {running}"
        elif all(digests) and digests[0] != digests[1]:
            hint = f"{calibration.id} locks other bytes than {baseline.id} names: {digests[1]}"
        else:
            continue
        pointer = ("calibration_packet_id",)
        yield finding(packet, pointer, "GOV-PKT-009", "calibration of another model", hint)


def _version(model: Any) -> str | None:
    return model if isinstance(model, str) else text(model, "version")
