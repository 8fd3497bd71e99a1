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
    explained,
    labels,
    mitigation_debt,
    no_freeze,
    package_confidence,
    packet_complete,
    prev_verified,
    rehearsal,
    rehearsed,
    reversible,
    rollback_checklist,
    runbook,
    shadow_bands,
    shadow_pairs,
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
    Item("mitigation_debt", mitigation_debt.check),
    Item("package_confidence", package_confidence.check),
    Item("duties", duties.check),
    Item("approvals", approvals.check, waivable=False),
)
RULES: Mapping[int, Mapping[str, tuple[Item, ...]]] = {1: {"shadow": TO_SHADOW, "canary": TO_CANARY}}
# On the shelf for canary -> wide and wide -> adopted, whose rows are not whole yet: no border asks them.
LATER: tuple[Item, ...] = (
    Item("stamps", stamps.check),
    Item("runbook", runbook.check),
    Item("comms_template", comms_template.check),
    Item("change_window", change_window.check),
    Item("waivers", waivers.check),
    Item("labels", labels.check),
)
