"""Verdicts that hold at every look, from git alone: of clusters by their rows, and by the alpha of their place."""

from pathlib import Path

import pytest

from govern.domain.checks.shadow_bands import check
from govern.domain.decision import Refused
from govern.domain.gates import Border, open_border
from govern.domain.policy_change import AdoptPolicy
from govern.domain.rollout.advance import Advance
from govern.operations.evidence.explaining import command_for
from govern.operations.evidence.measure import measure_shadow
from workspaces import EXAMPLES, Clone, git, open_ledger, repository

PACKET = "no-system-prompt"
FLIPS, SCORES = "governance/kpis/policy-flip-rate.yaml", "governance/kpis/mean-score-delta.yaml"
WRITTEN = {  # of 450 pairs 5 flip: ln E 3.7, where alpha 5 % asks 3.0 of one cohort, and 1 % asks 4.6
    FLIPS: {
        "bands: {warning: {above: 2}, critical: {above: 5}}": "margin: 3.5",
        "method: point": "method: anytime",
    },
    SCORES: {
        "bands: {warning: {below: 0}, critical: {below: -3}}": "margin: 45",
        "method: point": "method: anytime",
        "sample_unit: item": "sample_unit: cluster",
        "min_sample: 100": "min_sample: 10",
    },
}


def edit(clone: Clone, path: str, changes: dict[str, str]) -> None:
    file = clone.directory / path
    text = file.read_text(encoding="utf-8")
    for old, new in changes.items():
        assert old in text, old
        text = text.replace(old, new)
    file.write_text(text, encoding="utf-8")
    git(clone.directory, "commit", "-qam", f"Change {path}")


@pytest.fixture
def measured(tmp_path: Path) -> Clone:
    """The prompt change in shadow, by two KPIs of which one counts clusters; its pairs are recorded."""
    clone = repository(tmp_path / "ana")
    clone.clock = "simulated"
    for path, changes in WRITTEN.items():
        edit(clone, path, changes)
    open_ledger(clone)
    ben = clone.acting("ben").at("2026-11-20T09:05:00Z")
    ben.done(Advance(PACKET, "shadow", rehearsal={"same": True, "seconds": 0.1}))
    there = ben.workspace()
    ben.done(
        measure_shadow(there, PACKET, EXAMPLES / "prompt-change/data/pairs.csv", there.actor()).command()
    )
    ben.done(command_for(ben.workspace(), PACKET, "public", None, "refusal", "takes half of the answer back"))
    return ben


def border(clone: Clone) -> Border:
    there = clone.workspace()
    return open_border(there.state, there.documents(), PACKET, there.actor(), there.now(), to="canary")


def stricter(clone: Clone) -> None:
    edit(clone, "governance/govern.yaml", {"alpha: 0.05": "alpha: 0.01", "epoch: 1": "epoch: 2"})
    clone.acting("ben").done(AdoptPolicy())


def test_clusters_are_judged_from_what_lies_in_git(measured: Clone) -> None:
    """450 pairs in 12 kinds of prompt: n is 12, and the rows say which unit it is of."""
    verdict = check(border(measured))
    rows = {row["kpi"]: row for row in verdict.rows}
    assert verdict.outcome == "passed"
    assert (rows["mean-score-delta"]["n"], rows["policy-flip-rate"]["n"]) == (12, 450)
    assert "12 clusters" in rows["mean-score-delta"]["why"]
    measured.done(Advance(PACKET, "canary"))
    assert measured.audited() == []


@pytest.mark.parametrize("first", [Advance(PACKET, "canary"), None], ids=["in canary", "still in shadow"])
def test_a_record_is_judged_by_the_alpha_of_its_place(measured: Clone, first: Advance | None) -> None:
    """What went into canary under one alpha stands when the next is stricter; who comes later meets the new one."""
    if first is not None:
        measured.done(first)
    stricter(measured)
    assert border(measured).policy.numbers["anytime"]["alpha"] == 0.01
    assert check(border(measured)).outcome == "inconclusive"
    if first is None:
        assert isinstance(measured.do(Advance(PACKET, "canary")).decision, Refused)
    assert measured.audited() == []
