"""Checks that a packet or the policy tightens by name are checks that there are, and read what is asked of them."""

from collections.abc import Iterator
from typing import Any

from govern.domain.check_parameters import ELSEWHERE, PARAMETERS
from govern.domain.document import Document, Pointer
from govern.domain.findings import Finding, nearest
from govern.domain.rules.view import Explanation, View, finding, mapping

CODES = {
    "GOV-PKT-012": Explanation(
        "no such check",
        "A stricter limit for a check that does not exist makes nothing stricter.",
        "Take a name from the table of checks: govern explain lists them.",
    ),
    "GOV-PKT-015": Explanation(
        "no limit that the check reads",
        "A limit that no check reads, or that is no whole number, makes nothing stricter.",
        "A packet may ask for approvals.needed, explained.losses_to_explain, kpi_bands.cycles,"
        " shadow_pairs.pairs_per_cohort and soak.windows, each a whole number from 1 on; govern.yaml has modes alone.",
    ),
}
CHECKS = (
    *("packet_complete", "baselines", "rollback_checklist", "triggers", "calibration", "rehearsal"),
    *("surface_free", "reversible", "approvals"),
    *("shadow_pairs", "shadow_bands", "explained", "rehearsed", "prev_verified", "allowlist", "no_freeze"),
    *("no_open_lane", "mitigation_debt", "package_confidence", "duties"),
    *("kpi_bands", "kpi_score", "policy_flip_spike", "stamps", "replay_pack", "runbook", "comms_template"),
    *("change_window", "waivers"),
    *("soak", "labels", "effectiveness"),
)
PLACES: tuple[tuple[str, Pointer], ...] = (("packet", ("gates",)), ("workspace", ("policy", "checks")))


def check(view: View) -> Iterator[Finding]:
    for kind, pointer in PLACES:
        for document in view.of(kind):
            for name, given in mapping(document.value, *pointer).items():
                if name in CHECKS:
                    yield from _parameters(document, (*pointer, name), name, given)
                else:
                    close = nearest(name, CHECKS)
                    hint = f"nearest: {close}" if close else "the table of checks has none of that name"
                    yield finding(document, (*pointer, name), "GOV-PKT-012", "no such check", hint, key=True)


def _parameters(document: Document, pointer: Pointer, name: str, given: Any) -> Iterator[Finding]:
    """A parameter that the check does not read, or cannot. The policy has numbers of its own beside `checks`."""
    if name in ELSEWHERE[document.kind]:
        return
    taken = PARAMETERS.get(name) if document.kind == "packet" else None
    for parameter, value in mapping(given).items():
        place = (*pointer, parameter)
        if parameter not in ("mode", taken):
            hint = f"it takes {' and '.join(filter(None, ('mode', taken)))}"
            said = f"{name} reads no `{parameter}` here"
            yield finding(document, place, "GOV-PKT-015", said, hint, key=True)
        elif parameter == taken and (not isinstance(value, int) or isinstance(value, bool) or value < 1):
            hint = f"Write a whole number from 1 on: {parameter}: 3"
            yield finding(document, place, "GOV-PKT-015", f"{name}: `{parameter}` is no such number", hint)
