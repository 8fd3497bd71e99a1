"""A review cycle is a whole number of the workspace's windows."""

from collections.abc import Iterator
from datetime import timedelta

from govern.domain.findings import Finding
from govern.domain.rules.view import Explanation, View, finding, text
from govern.domain.windows import duration

CODES = {
    "GOV-PKT-013": Explanation(
        "review cadence does not fit the windows",
        "Two cycles in band are counted in windows; a cycle that ends inside one cannot be counted.",
        "Take a whole multiple of windows.length in govern.yaml.",
    ),
}


def check(view: View) -> Iterator[Finding]:
    workspace = view.single("workspace")
    length = _length(text(workspace.value, "windows", "length")) if workspace else None
    for packet in view.of("packet"):
        cadence = text(packet.value, "monitoring", "review_cadence")
        cycle = _length(cadence)
        if workspace and length and cycle and cycle % length:
            hint = f"a window is {text(workspace.value, 'windows', 'length')} (govern.yaml); take a whole multiple"
            pointer = ("monitoring", "review_cadence")
            yield finding(packet, pointer, "GOV-PKT-013", "review cadence does not fit the windows", hint)


def _length(written: str | None) -> timedelta | None:
    try:
        return duration(written) if written else None
    except ValueError:
        return None
