"""The rest of the way on a real repository: wide, adopted, and each of it decided again by an audit."""

from pathlib import Path

from govern.domain.binding import current
from govern.domain.gates import open_border
from govern.domain.policy import Actor
from govern.domain.rollback.execution import Rollback
from govern.domain.rollout.advance import Advance
from govern.domain.rollout.promotion import coming_after
from govern.operations.evidence.explaining import command_for
from govern.operations.evidence.measure import measure_shadow
from windowed import collected
from workspaces import EXAMPLES, Clone, opened

PACKET = "no-system-prompt"


def in_canary(directory: Path) -> Clone:
    ben = opened(directory).acting("ben").at("2026-11-20T09:05:00Z")
    ben.done(Advance(PACKET, "shadow", rehearsal={"same": True, "seconds": 0.1}))
    there = ben.workspace()
    ben.done(
        measure_shadow(there, PACKET, EXAMPLES / "prompt-change/data/pairs.csv", there.actor()).command()
    )
    ben.done(command_for(ben.workspace(), PACKET, "public", None, "refusal", "takes half of the answer back"))
    ben.done(Advance(PACKET, "canary"))
    return ben


def collect(clone: Clone) -> None:
    there = clone.workspace()
    to = coming_after(there.state.packet(PACKET))
    border = open_border(there.state, there.documents(), PACKET, Actor("ben"), there.now(), to=to)
    command = collected(border, {"public": {"policy-dislocation-rate": 1}})
    assert command is not None
    clone.done(command)


def test_prompt_change_is_adopted_and_goes_back_and_every_step_is_decided_again(tmp_path: Path) -> None:
    ben = in_canary(tmp_path / "ana").at("2026-11-23T09:00:00Z")
    collect(ben)
    ben.done(Advance(PACKET, "wide"))
    assert current(ben.workspace().state.surfaces["chat"], "public").percent == 100
    ben = ben.at("2026-11-26T09:00:00Z")
    collect(ben)
    outcome = ben.done(Advance(PACKET, "adopted"))
    assert [record.event for record in outcome.records] == [
        "phase_advanced/1", "effectiveness_verified/1", "baseline_verified/1", "binding_changed/1",
    ]  # fmt: skip
    assert ben.workspace().state.surfaces["chat"].default[-1].to.baseline == "chat-b2"
    assert ben.audited() == []
    ben.done(Rollback(PACKET, "operator-judgement", note="complaints"))
    surface = ben.workspace().state.surfaces["chat"]
    assert {current(surface, key).to.baseline for key in ("public", "new")} == {"chat-b1"}
    assert ben.audited() == []
