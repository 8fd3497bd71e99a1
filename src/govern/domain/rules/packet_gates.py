"""Checks that a packet or the policy tightens by name are checks that there are."""

from collections.abc import Iterator

from govern.domain.document import Pointer
from govern.domain.findings import Finding, nearest
from govern.domain.rules.view import Explanation, View, finding, mapping

CODES = {
    "GOV-PKT-012": Explanation(
        "no such check",
        "A stricter limit for a check that does not exist makes nothing stricter.",
        "Take a name from the table of checks: govern explain lists them.",
    ),
}
CHECKS = (
    *("packet_complete", "baselines", "rollback_checklist", "triggers", "calibration", "rehearsal"),
    *("surface_free", "reversible", "approvals"),
    *("shadow_pairs", "shadow_bands", "explained", "rehearsed", "prev_verified", "allowlist", "no_freeze"),
    *("mitigation_debt", "package_confidence", "duties"),
    *("kpi_bands", "kpi_score", "policy_flip_spike", "stamps", "replay_pack", "runbook", "comms_template"),
    *("change_window", "waivers"),
    *("soak", "labels", "effectiveness"),
)
PLACES: tuple[tuple[str, Pointer], ...] = (("packet", ("gates",)), ("workspace", ("policy", "checks")))


def check(view: View) -> Iterator[Finding]:
    for kind, pointer in PLACES:
        for document in view.of(kind):
            for name in mapping(document.value, *pointer):
                if name not in CHECKS:
                    close = nearest(name, CHECKS)
                    hint = f"nearest: {close}" if close else "the table of checks has none of that name"
                    yield finding(document, (*pointer, name), "GOV-PKT-012", "no such check", hint, key=True)
