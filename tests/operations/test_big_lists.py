"""A thousand cohorts: their lists go out of the records into tables and come in again, and all can go back."""

from pathlib import Path

import pytest

from govern.domain.binding import current
from govern.domain.decision import Accepted
from govern.domain.rollback.execution import Rollback
from govern.domain.rollout.rehearsing import HoldRehearsal
from govern.ledger.records import MAX_BYTES
from govern.operations.asking import rehearse_packet
from govern.operations.evidence.explaining import open_groups
from govern.operations.evidence.measure import measure_shadow
from govern.operations.tables import named_in
from operations.worlds import CANARY, LEDGER, PACKET, SHADOW, World
from workspaces import git

COHORTS = [f"cohort-{number:04d}" for number in range(1_000)]
PAIRS = 20  # what policy asks of each cohort


def pairs(path: Path) -> Path:
    """Every cohort gains a little; nothing flips."""
    names = (
        "option_id,cluster_id,cohort_key,model_version_prev,model_version_next,score_prev,score_next,"
        "rank_delta,policy_pass_prev,policy_pass_next,decision_bound_model\n"
    )
    versions = "llama-2-70b-chat+v1,llama-2-70b-chat+v2"
    rows = (
        f"{cohort}-{number},c,{cohort},{versions},{number % 2}.0,1.0,0,1,1,prev\n"
        for cohort in COHORTS
        for number in range(PAIRS)
    )
    path.write_text(names + "".join(rows))
    return path


@pytest.fixture
def wide(opened: World) -> World:
    """The packet covers a thousand cohorts."""
    lines = "".join(f"  {cohort}: {{critical: false, wave: one}}\n" for cohort in COHORTS)
    opened.edit(
        {
            "governance/cohorts.yaml": (("  public:", lines + "  public:"),),
            f"governance/packets/{PACKET}.yaml": (
                ("cohort_coverage: [public]", "cohort_coverage: {where: {wave: one}}"),
                ("allowlist: [public], percent: 5", "allowlist: {where: {wave: one}}"),
            ),
            "governance/kpis/mean-score-delta.yaml": (("min_sample: 100", f"min_sample: {PAIRS}"),),
            "governance/kpis/policy-flip-rate.yaml": (("min_sample: 100", f"min_sample: {PAIRS}"),),
        },
        "2026-11-20T09:01:00Z",
    )
    return opened


def test_thousand_cohorts_go_to_canary_and_could_all_go_back(wide: World, tmp_path: Path) -> None:
    ben = wide.ben
    ben.done(SHADOW)
    there = ben.workspace()
    measured = measure_shadow(there, PACKET, pairs(tmp_path / "pairs.csv"), there.actor())
    assert measured.measurement.findings == []
    ben.done(measured.command())
    assert open_groups(ben.workspace(), PACKET) == []
    rehearsed = rehearse_packet(ben.workspace(), PACKET)
    assert (rehearsed.same, len(rehearsed.cohorts)) == (True, len(COHORTS))
    ben.done(HoldRehearsal(PACKET, rehearsed.same, rehearsed.seconds))
    outcome = ben.done(CANARY)
    assert outcome.records[0].body["cohorts"] == COHORTS
    check_kept(wide)
    state = ben.workspace().state
    assert list(state.packets[PACKET].on_next) == COHORTS
    assert {current(state.surfaces["chat"], cohort).to.baseline for cohort in COHORTS} == {"chat-b2"}
    assert wide.faults() == set()
    back = ben.done(Rollback(PACKET, "operator-judgement"))
    assert isinstance(back.decision, Accepted)
    state = ben.workspace().state
    assert {current(state.surfaces["chat"], cohort).to.baseline for cohort in COHORTS} == {"chat-b1"}
    assert state.packets[PACKET].phase == "rolled_back"
    assert wide.faults() == set()


def check_kept(world: World) -> None:
    """Every record within its limit, with lists that lie in the ledger's inputs."""
    there = world.ben.workspace()
    out = {record.event: named_in(record) for record in there.history.records}
    assert out["phase_advanced/1"] and out["binding_changed/1"]
    assert all(there.inputs(digest) is not None for digests in out.values() for digest in digests)
    rows = git(world.forge, "ls-tree", "-r", "--long", LEDGER, "records").splitlines()
    assert max(int(row.split()[3]) for row in rows) < MAX_BYTES
