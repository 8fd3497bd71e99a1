"""Is each covered cohort on this packet's prev now, and claimed by no other open packet?

To pass: Wait until the packet that has the cohort has ended, or leave the cohort out of the coverage. Where prev is
not what the cohort is on, name as prev what it is on: govern status.
"""

from govern.domain.binding import current
from govern.domain.gates import Border
from govern.domain.verdict import Outcome, Verdict


def check(border: Border) -> Verdict:
    if not border.surface.default or border.prev is None:
        return Verdict(
            "surface_free", "failed", f"surface {border.value['surface']} is not in force", final=True
        )
    faults: dict[str, str] = {}
    for cohort in border.cohorts:
        now = current(border.surface, cohort)
        if now.to.digest != border.prev.digest or now.percent != 100:
            faults[cohort] = f"{cohort} is on {now.to.baseline}, not on {border.prev.baseline}"
    for other in border.state.packets.values():
        if other.id == border.packet.id or not other.open or other.surface != border.value["surface"]:
            continue
        for cohort, stage in other.stages.items():
            if cohort in border.cohorts and stage != "back":
                faults[cohort] = f"{cohort} is covered by {other.id}, which is in {other.phase}"
    if faults:
        outcomes: dict[str, Outcome] = dict.fromkeys(faults, "failed")
        return Verdict("surface_free", "failed", "; ".join(sorted(faults.values())[:3]), outcomes)
    return Verdict(
        "surface_free", "passed", f"{len(border.cohorts)} of {len(border.cohorts)} on {border.prev.baseline}"
    )
