"""A drill, the update that it taught and Friday's figures in a real ledger, which an audit decides again alike."""

from pathlib import Path

from drilled import CARD, PACKAGE, answers, edited, evidence
from govern.domain.drills.completion import CompleteDrill
from govern.domain.drills.package_update import UpdatePackage
from govern.domain.drills.publishing import PublishConfidence
from workspaces import Clone, git, opened

PATH = f"governance/packages/{PACKAGE}.yaml"
HOLD, FASTER = '"Hold new templates"', '"Hold new templates, checkpoint every 5 minutes"'


def refine(clone: Clone) -> None:
    """The package is changed, and merged."""
    file = clone.directory / PATH
    assert HOLD in file.read_text("utf-8")
    file.write_text(file.read_text("utf-8").replace(HOLD, FASTER), "utf-8")
    git(clone.directory, "commit", "-qam", "Checkpoint every 5 minutes")


def test_week_of_drills_is_sound_when_it_is_decided_again(tmp_path: Path) -> None:
    clone = opened(tmp_path / "work", "team")
    before = clone.workspace().state
    given = edited(answers(), {"handoffs.0.acknowledged_at": None})
    clone.done(CompleteDrill(CARD, {"answers": given, "evidence": evidence(), "clone": None}))
    clone.done(PublishConfidence())
    refine(clone)
    later = clone.at("2026-11-20T10:00:00Z")
    later.done(UpdatePackage(PACKAGE, "Strict snapshot gate", "Checkpoint every 5 minutes"))
    later.done(PublishConfidence())
    assert later.audited() == []
    state = later.workspace().state
    history = state.package(PACKAGE)
    assert [record.body["score"] for record in history.published] == [77, 0]  # lost with the change
    assert [(duty.kind, duty.packet) for duty in state.duties] == [("drill", CARD)]
    assert (state.surfaces, state.packets, state.lanes) == (before.surfaces, before.packets, before.lanes)


def test_facts_stand_in_the_body_once_and_what_follows_is_not_asked_for(tmp_path: Path) -> None:
    clone = opened(tmp_path / "work", "team")
    told = {"answers": answers(), "evidence": evidence(), "clone": None, "score": {"total": 100}}
    outcome = clone.done(CompleteDrill(CARD, told))
    assert outcome.records[0].asked == {"do": "complete-drill", "card": CARD}
    assert outcome.records[0].body["score"]["total"] == 77  # whatever came in beside the facts
    assert clone.audited() == []
