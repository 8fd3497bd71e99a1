"""Who may pass a border of a packet, and who is kept back on the way there.

Into shadow goes the coverage, to canary the allowlist, to wide who is in canary and who they stand for, to adopted
the whole packet. What is asked of them is on the shelf of checks.
"""

from dataclasses import replace

from govern.domain.checks import TO_CANARY
from govern.domain.gates import Border, evaluate
from govern.domain.rollout.returning import held_out
from govern.domain.selection import expand
from govern.domain.state import Packet

SHADOWED = [item for item in TO_CANARY if item.name in ("shadow_pairs", "shadow_bands", "explained")]


def in_canary(packet: Packet) -> tuple[str, ...]:
    return tuple(cohort for cohort in packet.on_next if packet.stages[cohort] == "canary")


def candidates(border: Border) -> tuple[str, ...]:
    """Everybody who may pass together; to what is in the field already any key may be added, or get a larger share,
    and who went back once nothing of that stands against it.
    """
    packet = border.packet
    if border.to == "shadow":
        return expand(border.value["cohort_coverage"], border.dictionary)
    if border.to == "wide":
        held = kept_back(border)
        stood = (cohort for cohort in _stood_for(border) if cohort not in held)
        return tuple(sorted({*in_canary(packet), *stood}))
    if border.to == "adopted":
        return packet.on_next
    if border.adding:
        keys = sorted(border.dictionary)
        return tuple(key for key in keys if held_out(border.state, packet, key, border.now) is None)
    allowed = expand(border.value["canary"]["allowlist"], border.dictionary)
    return tuple(cohort for cohort in allowed if packet.stages.get(cohort, "out") == "out")


def kept_back(border: Border) -> dict[str, list[str]]:
    """To wide, by cohort: the checks of shadow that keep one from going on the result of a cohort in canary."""
    stood = _stood_for(border) if border.to == "wide" else ()
    if not stood:
        return {}
    verdicts = evaluate(replace(border, to="canary", cohorts=stood, judged={}), SHADOWED)
    bad = [verdict for verdict in verdicts if not verdict.passes]
    # A check that names no cohort holds all of them.
    held = {c: [v.check for v in bad if v.cohorts is None or c in v.cohorts] for c in stood}
    return {cohort: checks for cohort, checks in held.items() if checks}


def _stood_for(border: Border) -> tuple[str, ...]:
    """Covered and never bound, with a cohort in canary that stands for it."""
    going = in_canary(border.packet)
    out = (cohort for cohort in border.packet.covered if border.packet.stages[cohort] == "out")
    return tuple(cohort for cohort in out if border.stand_in(cohort) in going)
