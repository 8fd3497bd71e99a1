"""The whole way once: opened, shadow, measured, explained, canary, widened; and decided again."""

from pathlib import Path

from govern.domain.binding import current
from govern.domain.rollout.advance import Advance
from govern.domain.rollout.extension import Extend
from govern.operations.evidence.explaining import command_for, open_groups
from govern.operations.evidence.measure import measure_shadow
from workspaces import EXAMPLES, opened

PACKET = "no-system-prompt"


def test_a_prompt_change_reaches_canary_on_real_pairs(tmp_path: Path) -> None:
    ben = opened(tmp_path / "ana").acting("ben").at("2026-11-20T09:05:00Z")
    ben.done(Advance(PACKET, "shadow", rehearsal={"same": True, "seconds": 0.1}))
    there = ben.workspace()
    measured = measure_shadow(there, PACKET, EXAMPLES / "prompt-change/data/pairs.csv", there.actor())
    assert measured.measurement.findings == []
    ben.done(measured.command())
    groups = open_groups(ben.workspace(), PACKET)
    assert {(g.cluster_id, g.worse, g.flips) for g in groups} == {
        ("real_group_nons_discr", 4, 4),
        ("nons_group_real_discr", 1, 1),
    }
    ben.done(command_for(ben.workspace(), PACKET, "public", None, "refusal", "takes half of the answer back"))
    ben.done(Advance(PACKET, "canary"))
    ben.done(Extend(PACKET, percent=20))
    state = ben.workspace().state
    binding = current(state.surfaces["chat"], "public")
    assert (binding.to.baseline, binding.percent) == ("chat-b2", 20)
    assert ben.audited() == []
