"""Publishing what waited: approvals kept or dropped, rollbacks never lost, whatever others did meanwhile."""

import random
from pathlib import Path

import pytest

import govern.operations.sync as room
from back import DRAFT, LEDGER, NOW, PACKET, PC, REASON, TV, XR, Team, copied, go, make_team, where
from govern.domain.decision import Accepted
from govern.domain.rollout.approval import Approve
from govern.domain.rollout.pause import Pause, Resume
from govern.errors import GovernError
from govern.ledger.append import keep
from govern.operations.decide import made as commit_of
from govern.operations.decide import take
from govern.operations.rollback.execute import roll_back
from govern.operations.rollback.wanted import Wanted
from govern.operations.sync import NotPublishedError, sync
from workspaces import Clone, git

LATER = "2026-11-17T03:00:00Z"


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Team:
    return make_team(tmp_path_factory.mktemp("back") / "made")


@pytest.fixture
def team(made: Team, tmp_path: Path) -> Team:
    return copied(made, tmp_path)


def offline(team: Team, clone: Clone, *cohorts: str) -> str:
    """A rollback recorded while the forge is away."""
    team.offline()
    went = go(clone, *cohorts)
    team.online()
    assert went.recorded and went.published is None and isinstance(went.why, NotPublishedError)
    return went.recorded


def leads(team: Team) -> list[str]:
    """Event and `happened_at` or `at` of every rollback and approval that is published."""
    there = team.clone("ana", name="auditor").workspace()
    return [
        f"{records[0].event} {records[0].actor} {records[0].when}"
        for _, records in there.commands()
        if records[0].event in ("rolled_back/1", "approval_given/1")
    ]


def test_nothing_happens_when_nothing_waits(team: Team) -> None:
    before = team.tip()
    synced = sync(team.jo.context)
    assert (synced.oid, synced.kept, synced.dropped, synced.rivals) == (before, [], [], [])


def test_tail_is_pushed_as_it_is_when_nobody_wrote_meanwhile(team: Team) -> None:
    recorded = offline(team, team.jo, "xr-na")
    synced = sync(team.jo.at(LATER).context)
    assert (synced.oid, team.tip(), synced.dropped) == (recorded, recorded, [])
    assert team.faults() == []


def test_rollback_is_decided_again_and_keeps_when_it_happened(team: Team) -> None:
    recorded = offline(team, team.jo, "xr-na")
    go(team.mara.at(LATER), "tv")
    synced = sync(team.jo.at(LATER).context)
    assert synced.oid != recorded and synced.rivals == ["mara was first: read again, decided again"]
    assert leads(team)[-2:] == [f"rolled_back/1 mara {LATER}", f"rolled_back/1 jo {NOW}"]
    assert git(team.jo.directory, "rev-parse", LEDGER) == team.tip()
    kept = git(team.jo.directory, "for-each-ref", "--format=%(objectname)", "refs/govern/dropped/")
    assert kept == recorded
    assert team.faults() == []


def test_rollback_that_somebody_typed_as_well_is_already_back(team: Team) -> None:
    offline(team, team.jo, *XR)
    go(team.mara, *XR)
    synced = sync(team.jo.at(LATER).context)
    assert synced.kept == [] and "already back" in synced.dropped[0]
    assert leads(team) == [f"rolled_back/1 mara {NOW}"] and team.faults() == []
    assert git(team.jo.directory, "rev-parse", LEDGER) == team.tip()
    assert sync(team.jo.at(LATER).context).dropped == []


def test_only_those_who_are_not_back_yet_go_back(team: Team) -> None:
    offline(team, team.jo, *XR)
    go(team.mara, "xr-na")
    sync(team.jo.at(LATER).context)
    assert leads(team) == [f"rolled_back/1 mara {NOW}", f"rolled_back/1 jo {NOW}"]
    assert {team.on()[cohort] for cohort in XR} == {"chat-b1"} and team.faults() == []


def test_refused_push_is_said_and_loses_nothing(team: Team) -> None:
    recorded = offline(team, team.jo, "xr-na")
    team.refuse()
    with pytest.raises(NotPublishedError) as stopped:
        sync(team.jo.context)
    assert "refused the push" in stopped.value.message and "protected branch" in " ".join(stopped.value.notes)
    assert git(team.jo.directory, "rev-parse", LEDGER) == recorded
    team.accept()
    assert sync(team.jo.context).oid == recorded


def test_rival_between_fetch_and_push_is_read_too(team: Team, monkeypatch: pytest.MonkeyPatch) -> None:
    offline(team, team.jo, "xr-na")
    go(team.mara, "tv")
    real = room.publish

    def after_a_rival(*words: object, **more: object) -> object:
        monkeypatch.setattr(room, "publish", real)
        go(team.mara.at(LATER), "pc-na")
        return real(*words, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(room, "publish", after_a_rival)
    sync(team.jo.at(LATER).context)
    assert {c for c, b in team.on().items() if b == "chat-b1"} == {"tv", "pc-na", "xr-na"}
    assert team.faults() == []


def approve_offline(clone: Clone, command: Approve) -> None:
    """An approval that only this clone has: recorded as it would be by work without a remote."""
    workspace = clone.workspace()
    decision, stamped = take(workspace, command)
    assert isinstance(decision, Accepted) and stamped is not None, decision
    oid = commit_of(workspace, stamped, workspace.repository.identity() or ("", ""))
    before = workspace.repository.local_tip(LEDGER)
    assert keep(workspace.repository, oid, before, branch=LEDGER).outcome == "local"


@pytest.mark.parametrize("edited", [False, True], ids=["same dossier", "other dossier"])
def test_approval_is_kept_only_while_its_dossier_is_the_current_one(team: Team, edited: bool) -> None:
    go(team.mara, "tv")
    approve_offline(team.jo, Approve(DRAFT, to="shadow"))
    if edited:
        edit(team, f"packets/{DRAFT}.yaml", "cycles: 1", "cycles: 2")
    go(team.mara, "xr-na")
    synced = sync(team.jo.at(LATER).context)
    assert [line.partition(": ")[2] for line in synced.dropped] == (
        ["the dossier it was given to is no longer the current one: approve again"] if edited else []
    )
    assert any(line.startswith("approval_given/1 jo") for line in leads(team)) is not edited
    assert team.faults() == []


def edit(team: Team, document: str, old: str, new: str) -> None:
    """A document changed straight on the forge's main."""
    editor = team.clone("ana", name="editor").directory
    path = editor / "governance" / document
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new), "utf-8")
    git(editor, "commit", "--quiet", "--all", "--message=Edit")
    git(editor, "push", "--quiet", "origin", "HEAD:main")


def test_role_that_was_lost_meanwhile_loses_no_rollback(team: Team) -> None:
    offline(team, team.jo, "xr-na")
    without_jo(team)
    sync(team.jo.at(LATER).context)
    assert team.on()["xr-na"] == "chat-b1"
    there = team.clone("ana", name="auditor").at(LATER).workspace()
    body = there.state.packets[PACKET].history[-1].body
    assert "the policy has changed: jo may not" in body["break_glass"]["why"]
    assert team.faults() == []


def without_jo(team: Team) -> None:
    """The policy takes the right to roll back from jo."""
    from govern.domain.policy_change import AdoptPolicy, ApprovePolicy

    edit(team, "govern.yaml", "rollback_execute: [jo, mara]", "rollback_execute: [mara]")
    edit(team, "govern.yaml", "epoch: 1", "epoch: 2")
    team.mara.done(ApprovePolicy())
    team.clone("ana").at(NOW).done(AdoptPolicy())


# Random histories: three people, away half of the time


def history_of(team: Team, seed: int) -> None:
    """Every rollback that was recorded is kept, whatever the others did; the audit finds nothing."""
    chance = random.Random(seed)
    people = [team.clone(person) for person in ("jo", "mara", "ana")]
    promised: set[str] = set()
    for step in range(8):
        person = chance.choice(people)
        away = chance.random() < 0.5
        if away:
            team.offline()
        try:
            promised |= act(chance, person.at(f"2026-11-17T02:{step + 11}:00Z"))
        finally:
            if away:
                team.online()
    for person in people:
        sync(person.at(LATER).context)
    now = team.on()
    assert {cohort for cohort in promised if now[cohort] != "chat-b1"} == set()
    for person in people:
        assert where(person.at(LATER)) == now
    assert team.faults() == []


def act(chance: random.Random, clone: Clone) -> set[str]:
    """One command; the cohorts that it took back."""
    cohorts = tuple(chance.sample((*XR, *PC, "tv"), chance.randint(1, 3)))
    choice = chance.random()
    try:
        if choice < 0.7:
            glass = "nobody else is there" if clone.person == "ana" else None
            whom = {"surface": "chat"} if choice < 0.1 else {"cohorts": cohorts}  # of both packets, or of any
            went = roll_back(clone.context, Wanted(reason=REASON, break_glass=glass, **whom))  # type: ignore[arg-type]
            return {
                cohort
                for record in went.records
                if record.event == "rolled_back/1"
                for cohort in record.body["cohorts"]
            }
        clone.do(chance.choice((Pause(PACKET, "look"), Resume(PACKET), Pause(TV, "look"))))
        if choice > 0.9:
            sync(clone.context)
    except GovernError:
        pass
    return set()


@pytest.mark.parametrize("seed", range(10))
def test_every_rollback_is_kept_when_three_people_are_away_half_of_the_time(team: Team, seed: int) -> None:
    history_of(team, seed)


@pytest.mark.deep
@pytest.mark.parametrize("seed", range(20, 220))
def test_every_rollback_is_kept_in_many_histories(team: Team, seed: int) -> None:
    history_of(team, seed)
