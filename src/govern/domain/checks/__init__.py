"""The shelf of checks: one small file each, listed here by rules number and border.

A check that changes is a new file beside the old one under a new rules number: records are decided again by
the rules of their place, for good. A border is open when its whole row stands here.
"""

from collections.abc import Mapping

from govern.domain.checks import (
    allowlist,
    approvals,
    baselines,
    calibration,
    change_window,
    comms_template,
    duties,
    effectiveness,
    explained,
    kpi_bands,
    kpi_score,
    labels,
    mitigation_debt,
    no_freeze,
    no_open_lane,
    package_confidence,
    packet_complete,
    policy_flip_spike,
    prev_verified,
    rehearsal,
    rehearsed,
    replay_pack,
    reversible,
    rollback_checklist,
    runbook,
    shadow_bands,
    shadow_pairs,
    soak,
    stamps,
    surface_free,
    triggers,
    waivers,
)
from govern.domain.gates import Item

TO_SHADOW = (
    Item("packet_complete", packet_complete.check, waivable=False),
    Item("baselines", baselines.check),
    Item("rollback_checklist", rollback_checklist.check),
    Item("triggers", triggers.check, waivable=False),
    Item("calibration", calibration.check),
    Item("rehearsal", rehearsal.check),
    Item("surface_free", surface_free.check, waivable=False),
    Item("reversible", reversible.check, waivable=False),
    Item("approvals", approvals.check, waivable=False),
)
TO_CANARY = (
    Item("shadow_pairs", shadow_pairs.check),
    Item("shadow_bands", shadow_bands.check),
    Item("explained", explained.check),
    Item("rehearsed", rehearsed.check),
    Item("prev_verified", prev_verified.check),
    Item("allowlist", allowlist.check, waivable=False),
    Item("no_freeze", no_freeze.check, waivable=False),
    Item("no_open_lane", no_open_lane.check, waivable=False),
    Item("mitigation_debt", mitigation_debt.check),
    Item("package_confidence", package_confidence.check),
    Item("duties", duties.check),
    Item("approvals", approvals.check, waivable=False),
)
TO_WIDE = (
    Item("kpi_bands", kpi_bands.check),
    Item("kpi_score", kpi_score.check, "skip"),
    Item("policy_flip_spike", policy_flip_spike.check),
    Item("stamps", stamps.check),
    Item("replay_pack", replay_pack.check),
    Item("runbook", runbook.check),
    Item("comms_template", comms_template.check),
    Item("change_window", change_window.check),
    Item("no_open_lane", no_open_lane.check, waivable=False),
    Item("mitigation_debt", mitigation_debt.check),
    Item("duties", duties.check),
    Item("waivers", waivers.check),
    Item("no_freeze", no_freeze.check, waivable=False),
    Item("approvals", approvals.check, waivable=False),
)
TO_ADOPTED = (
    Item("soak", soak.check),
    Item("stamps", stamps.check),
    Item("duties", duties.check),
    Item("labels", labels.check),
    Item("effectiveness", effectiveness.check),
    Item("waivers", waivers.check),
    Item("no_freeze", no_freeze.check, waivable=False),
    Item("approvals", approvals.check, waivable=False),
)
RULES: Mapping[int, Mapping[str, tuple[Item, ...]]] = {
    1: {"shadow": TO_SHADOW, "canary": TO_CANARY, "wide": TO_WIDE, "adopted": TO_ADOPTED}
}
