"""What stops a command, and what does not: each refusal says the way out, has its exit code, and writes nothing."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from govern.domain.commands import Command
from govern.domain.decision import Refused
from govern.domain.rollout.advance import Advance
from govern.domain.rollout.pause import Pause, Resume
from govern.domain.rollout.rehearsing import HoldRehearsal
from govern.errors import ExitCode, GovernError
from govern.ledger.repository import open_repository
from operations.worlds import (
    CANARY,
    LEDGER,
    PACKET,
    SHADOW,
    World,
    change,
    commit_at,
    git_at,
    standing,
)
from workspaces import Clone, be, git, open_ledger

FACT = HoldRehearsal(PACKET, same=True, seconds=1.0)
COHORTS = "governance/cohorts.yaml"
NOON = "2026-11-20T12:00:00Z"


@dataclass(frozen=True)
class Case:
    """`make` gives the clone in which `command` is refused; `said` stands in the refusal, `line` is to be typed."""

    make: Callable[[World], Clone]
    said: str
    line: str
    exit: ExitCode = ExitCode.COULD_NOT
    command: Command = FACT


def ledger_checked_out(world: World) -> Clone:
    git(world.ben.directory, "worktree", "add", "--quiet", "../reading", LEDGER)
    return world.ben


def ledger_is_head(world: World) -> Clone:
    git(world.ben.directory, "switch", "--quiet", LEDGER)
    return world.ben


def ledger_not_fetched(world: World) -> Clone:
    """A single-branch clone, and the remote is gone before anything else was fetched."""
    words = ("--single-branch", "--branch=main", "forge.git", "narrow")
    git(world.folder, "clone", "--quiet", *words)
    be(world.folder / "narrow", "ben")
    world.forge.rename(world.folder / "gone.git")
    return Clone(world.folder / "narrow", "ben", now=NOON, clock="real")


def ledger_never_opened(world: World) -> Clone:
    git(world.forge, "update-ref", "-d", f"refs/heads/{LEDGER}")
    return world.clone("ben", "fresh")


def no_identity(world: World) -> Clone:
    git(world.ben.directory, "config", "--unset", "user.email")
    return world.ben


def stranger(world: World) -> Clone:
    return world.ben.acting("mallory")


def claimed_stranger(world: World) -> Clone:
    return replace(world.ben, context_={"actor": "mallory"})


def claimed_colleague(world: World) -> Clone:
    return replace(world.ben, context_={"actor": "cleo"})


def no_repository(world: World) -> Clone:
    (world.folder / "nothing").mkdir()
    return Clone(world.folder / "nothing", now=NOON, clock="real")


def no_push_right(world: World) -> Clone:
    hook = world.forge / "hooks/pre-receive"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text("#!/bin/sh\necho 'govern-ledger is protected' >&2\nexit 1\n")
    hook.chmod(0o755)
    return world.ben


def remote_is_gone(world: World) -> Clone:
    world.forge.rename(world.folder / "gone.git")
    return world.ben


def rival_was_first(world: World) -> Clone:
    world.cleo.at("2026-11-20T11:00:00Z").done(CANARY)
    return world.ben


def two_remotes(world: World) -> Clone:
    git(world.ben.directory, "remote", "rename", "origin", "here")
    git(world.ben.directory, "remote", "add", "there", "../there.git")
    return world.ben


def simulated_time(world: World) -> Clone:
    return replace(world.ben, clock="simulated")


def clock_behind(world: World) -> Clone:
    """The last record is of half past nine."""
    return world.ben.at("2026-11-20T09:24:59Z")


def unmerged_packet(world: World) -> Clone:
    """A new packet, committed on a feature branch, pushed, and not merged."""
    there = world.ben.directory
    git(there, "switch", "--quiet", "--create", "feature")
    text = (there / f"governance/packets/{PACKET}.yaml").read_text().replace(f"id: {PACKET}", "id: second")
    (there / "governance/packets/second.yaml").write_text(text)
    commit_at(there, NOON, "A second packet")
    git(there, "push", "--quiet", "origin", "feature")
    return world.ben


def faulty_on_main(world: World) -> Clone:
    world.edit({COHORTS: (("critical: false", "critical: perhaps"),)}, "2026-11-20T11:00:00Z")
    return world.ben


CASES = {
    "the ledger is checked out in a worktree": Case(
        ledger_checked_out, "is checked out in", "git -C {world}/reading switch --detach"
    ),
    "the ledger is what HEAD names": Case(
        ledger_is_head, "is checked out in", "git -C {world}/ben switch --detach"
    ),
    "the ledger was not fetched": Case(
        ledger_not_fetched, "no ledger here, and origin did not answer", f"git fetch origin {LEDGER}"
    ),
    "the ledger was never opened": Case(ledger_never_opened, "", "govern init"),
    "git has no identity": Case(
        no_identity, "git has no user.email", "git config user.email you@example.com"
    ),
    "nobody knows the actor": Case(
        stranger, "mallory@example.com is nobody in policy epoch 1", "git config user.email ONE-OF-THEIRS"
    ),
    "an actor is claimed whom nobody knows": Case(claimed_stranger, "no person `mallory` in the policy", ""),
    "a claimed actor would need a role": Case(
        claimed_colleague, "is a claim: it records facts", "", ExitCode.NO, Resume(PACKET)
    ),
    "there is no repository": Case(no_repository, "is not in a git repository", "git init"),
    "the push is refused": Case(
        no_push_right, f"origin refused the push to {LEDGER}", f"git push --dry-run origin {LEDGER}"
    ),
    "the remote is gone and it is a fact": Case(remote_is_gone, "origin did not answer", "--offline"),
    "the remote is gone and it promotes": Case(
        remote_is_gone, "origin did not answer", "govern status", command=CANARY
    ),
    "nobody can say which remote counts": Case(
        two_remotes, "several remotes and none called origin", "git remote rename here origin"
    ),
    "a rival passed the border first": Case(
        rival_was_first,
        f"{PACKET} is in canary already: cleo advanced it at 2026-11-20T11:00:00Z (packets/{PACKET}#5)",
        f"govern phase show {PACKET}",
        ExitCode.NO,
        CANARY,
    ),
    "the time is simulated and the ledger real": Case(
        simulated_time, "GOVERN_NOW is set", "unset GOVERN_NOW"
    ),
    "the own clock is behind and it promotes": Case(
        clock_behind, "one of two clocks is wrong", "date -u", command=CANARY
    ),
    "the packet is not merged": Case(
        unmerged_packet,
        "no packet `second` on main: it is committed on feature here, not on origin/main",
        "git switch main && git merge feature && git push origin main",
        command=Advance("second", "shadow", rehearsal={"same": True, "seconds": 0.1}),
    ),
    "a document on main is faulty": Case(
        faulty_on_main, f"{COHORTS}:4: ", "govern validate", ExitCode.NO, CANARY
    ),
}


@pytest.mark.parametrize("case", CASES.values(), ids=CASES.keys())
def test_command_is_refused_and_nothing_is_written_when(measured: World, case: Case) -> None:
    clone = case.make(measured)
    before = everything(measured)
    try:
        outcome = clone.do(case.command)
        assert isinstance(outcome.decision, Refused)
        said, line, exit_code = outcome.decision.reasons[0], outcome.decision.type_line, outcome.decision.exit
    except GovernError as error:
        said, line, exit_code = error.message, error.type_line, error.exit
    assert case.said in said
    assert (line or "") == case.line.format(world=measured.folder)
    assert exit_code == case.exit
    assert everything(measured) == before


def everything(world: World) -> dict[str, object]:
    """Branches of the forge, and of each clone its branches and what its user has under their hands."""
    seen: dict[str, object] = {}
    for directory in sorted(path for path in world.folder.iterdir() if (path / "HEAD").exists()):
        seen[directory.name] = git(directory, "for-each-ref", "refs/heads")
    for directory in sorted(path for path in world.folder.iterdir() if (path / ".git").is_dir()):
        seen[directory.name] = (git(directory, "for-each-ref", "refs/heads"), standing(Clone(directory)))
    return seen


def test_forge_text_is_passed_on_when_it_refuses_the_push(measured: World) -> None:
    with pytest.raises(GovernError) as caught:
        no_push_right(measured).do(FACT)
    assert any("govern-ledger is protected" in note for note in caught.value.notes)
    (measured.forge / "hooks/pre-receive").unlink()
    assert measured.ben.done(FACT).tries == 1


def test_nothing_is_claimed_when_the_remote_dies_in_the_push(measured: World) -> None:
    """It may have taken the commit, so nobody says that it did not."""

    def fault(step: str) -> None:
        if step == "3 branch free":
            measured.forge.rename(measured.folder / "gone.git")

    with pytest.raises(GovernError, match="whether it is recorded, the next fetch says") as caught:
        measured.ben.do(FACT, fault=fault)
    assert caught.value.exit == ExitCode.COULD_NOT


def test_fact_is_recorded_when_the_own_clock_is_behind(measured: World) -> None:
    (record, *_) = clock_behind(measured).done(FACT).records
    assert record.at == "2026-11-20T09:30:00Z"  # time never falls along the ledger
    assert measured.faults() == set()


def test_promotion_is_recorded_when_the_own_clock_is_a_little_behind(measured: World) -> None:
    (record, *_) = measured.ben.at("2026-11-20T09:25:00Z").done(CANARY).records
    assert record.at == "2026-11-20T09:30:00Z"


def test_fact_is_recorded_as_claimed_when_somebody_speaks_for_a_colleague(measured: World) -> None:
    (record, *_) = claimed_colleague(measured).done(Pause(PACKET, "cleo rang me up")).records
    assert (record.actor, record.claimed) == ("cleo", True)
    assert measured.faults() == set()


# The user's own work.


def dirty(there: Path) -> None:
    change(there, {COHORTS: (("Everyone", "Nobody"),)})
    (there / "new").write_text("new")
    git(there, "add", "new")
    (there / "new").write_text("newer")


def another_branch(there: Path) -> None:
    git(there, "switch", "--quiet", "--create", "feature")
    change(there, {COHORTS: (("public:", "nobody:"),)})
    commit_at(there, NOON, "Rename the cohort")


def detached(there: Path) -> None:
    git(there, "switch", "--quiet", "--detach")


def unborn(there: Path) -> None:
    git(there, "switch", "--quiet", "--orphan", "empty")


def rebasing(there: Path) -> None:
    """A rebase that has stopped at a conflict."""
    for branch, title in (("one", "One"), ("two", "Two")):
        git(there, "switch", "--quiet", "--create", branch, "main")
        change(there, {COHORTS: (("Everyone", title),)})
        commit_at(there, NOON, title)
    with pytest.raises(AssertionError, match="could not apply"):
        git_at(there, NOON, "rebase", "one")
    assert (there / ".git/rebase-merge").is_dir()


def lost_documents(there: Path) -> None:
    git(there, "rm", "-r", "--quiet", "governance")


WORK = (dirty, another_branch, detached, unborn, rebasing, lost_documents)


@pytest.mark.parametrize("act", WORK, ids=[act.__name__ for act in WORK])
def test_work_of_the_user_stops_nothing_and_stays_when(measured: World, act: Callable[[Path], None]) -> None:
    there = measured.ben.directory
    act(there)
    before, files = standing(measured.ben), contents(there)
    measured.ben.done(CANARY)
    assert (standing(measured.ben), contents(there)) == (before, files)
    assert measured.faults() == set()


def contents(there: Path) -> dict[str, bytes]:
    files = (path for path in there.rglob("*") if path.is_file() and ".git" not in path.parts)
    return {path.relative_to(there).as_posix(): path.read_bytes() for path in files}


# Several workspaces.


def second_workspace(world: World) -> Clone:
    """The same documents once more, under another folder, with a ledger of their own."""
    ana = world.ana
    (ana.directory / "governance").rename(ana.directory / "second")
    git(ana.directory, "checkout", "--quiet", "main", "--", "governance")
    commit_at(ana.directory, "2026-11-20T11:00:00Z", "A second workspace")
    git(ana.directory, "push", "--quiet", "origin", "main")
    second = replace(ana, context_={"workspace": "second"})
    open_ledger(second, "second")
    return second


def test_workspaces_stay_apart_when_there_are_two(measured: World) -> None:
    second = second_workspace(measured)
    assert second.workspace().ledger_branch == f"{LEDGER}-second"
    first = replace(measured.ben, context_={"workspace": "governance"})
    first.done(CANARY)
    in_second = replace(measured.ben, context_={"workspace": "second"})
    in_second.done(SHADOW)
    assert in_second.workspace().state.packets[PACKET].phase == "shadow"
    assert first.workspace().state.packets[PACKET].phase == "canary"
    assert first.audited() == in_second.audited() == []


def test_workspace_is_the_one_around_when_there_are_two(measured: World) -> None:
    second_workspace(measured)
    ben = measured.ben
    git(ben.directory, "pull", "--quiet", "origin", "main")
    inside = replace(ben, directory=ben.directory / "second/kpis")
    assert inside.workspace().state.folder == "second"
    with pytest.raises(GovernError, match="several workspaces: governance, second") as caught:
        ben.workspace()
    assert caught.value.type_line == "govern status --workspace governance"
    with pytest.raises(GovernError, match="no workspace `third`; there are: governance, second"):
        replace(ben, context_={"workspace": "third"}).workspace()


def test_repository_is_left_alone_when_commands_only_read(measured: World) -> None:
    with open_repository(measured.ben.directory) as repository:
        before = repository.refs("refs/")
        measured.ben.workspace()
        assert repository.refs("refs/") == before
