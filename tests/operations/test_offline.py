"""Without the remote: what may be recorded in one clone, what becomes of it, and the way back on a broken ledger."""

from collections.abc import Callable
from pathlib import Path

import pytest

import govern.operations.decide as room
from back import DRAFT, LEDGER, NOW, PACKET, TV, Team, copied, go, make_team
from govern.domain.capabilities import WRITERS
from govern.domain.commands import Command
from govern.domain.decision import Accepted
from govern.domain.rollout.advance import Advance
from govern.domain.rollout.approval import Approve
from govern.domain.rollout.pause import Pause, Resume
from govern.domain.rollout.rehearsing import HoldRehearsal
from govern.domain.rollout.verification import VerifyBaseline
from govern.domain.rollout.waiver import AcceptRisk
from govern.domain.state import State
from govern.errors import ExitCode, GovernError, UsageError
from govern.operations.decide import Outcome, run
from govern.operations.rollback.execute import WentBack
from govern.operations.sync import BrokenLedgerError, publish_first, sync
from workspaces import Clone, git, opened

LATER = "2026-11-18T03:00:00Z"
REHEARSED = HoldRehearsal(PACKET, same=True, seconds=1.0)
FACTS = {"acknowledge", "approve", "explain", "fire-trigger", "pause", "record-shadow", "rehearse", "verify"}
BINDING = {  # what moves a packet or a binding, or lets one move that could not
    "accept-risk",
    "adopt-policy",
    "advance",
    "apply-change",
    "approve-policy",
    "extend",
    "on-call",
    "open",
    "open-change",
    "resume",
    "rollback",  # has a way of its own
    "unfreeze",
    "waive",
    "withdraw",
}


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Team:
    return make_team(tmp_path_factory.mktemp("back") / "made")


@pytest.fixture
def team(made: Team, tmp_path: Path) -> Team:
    return copied(made, tmp_path)


def alone(clone: Clone, command: Command) -> Outcome:
    """Recorded in this clone only; it must be accepted."""
    outcome = run(clone.context, lambda _: command, offline=True)
    assert isinstance(outcome.decision, Accepted), outcome.decision
    assert outcome.word == "RECORDED"
    return outcome


def test_only_facts_and_approvals_may_be_recorded_alone() -> None:
    offline = {do for do, writer in WRITERS.items() if writer.offline}
    assert offline >= FACTS and set(WRITERS) >= BINDING and not offline & BINDING


MOVES = [Resume(PACKET), Advance(DRAFT, "shadow"), AcceptRisk(TV, "as before", "2026-11-29T00:00:00Z")]


@pytest.mark.parametrize("command", MOVES, ids=lambda command: command.do)
def test_whatever_moves_a_packet_is_refused_without_the_remote(team: Team, command: Command) -> None:
    with pytest.raises(UsageError, match=f"`{command.do}` needs the remote: offline are recorded"):
        run(team.mara.context, lambda _: command, offline=True)


def test_nothing_is_fetched_or_pushed_and_it_counts_in_this_clone(team: Team) -> None:
    team.mara.done(Pause(TV, "look"))  # which jo's clone does not know yet
    before = team.tip()
    outcome = alone(team.jo, Pause(PACKET, "look"))
    assert (team.tip(), git(team.jo.directory, "rev-parse", LEDGER)) == (before, outcome.oid)
    assert paused(outcome.workspace.state) == {PACKET}
    assert git(team.jo.directory, "rev-parse", f"{LEDGER}~1") == git(team.forge, "rev-parse", f"{LEDGER}~1")


def paused(state: State) -> set[str]:
    return {name for name, packet in state.packets.items() if packet.paused_by}


def test_next_writing_command_publishes_what_waits(team: Team) -> None:
    alone(team.jo, REHEARSED)
    synced = publish_first(team.jo.at(LATER).context)
    assert synced is not None and len(synced.kept) == 1 and synced.dropped == []
    assert publish_first(team.jo.context) is None
    assert team.faults() == []


def test_fact_is_the_same_fact_when_it_is_published_days_later(team: Team) -> None:
    """Neither the day of a proof nor the end of an approval moves to the time of its publication."""
    commands = (REHEARSED, VerifyBaseline("chat-b1", "staging"), Approve(DRAFT, to="shadow"))
    jo = free_for_the_draft(team)
    bodies = [[record.body for record in alone(jo, command).records] for command in commands]
    go(team.mara, "xr-na")
    synced = sync(jo.at(LATER).context)
    assert (len(synced.kept), synced.dropped) == (3, [])
    published = team.clone("ana", name="auditor").workspace().commands()[-3:]
    assert [[record.body for record in records] for _, records in published] == bodies
    assert {records[0].happened_at for _, records in published} == {NOW}
    assert team.faults() == []


def free_for_the_draft(team: Team) -> Clone:
    """jo's clone, which knows that the draft's cohort was taken back from the packet that held it."""
    go(team.mara, "tv")
    team.jo.workspace()
    return team.jo


@pytest.mark.parametrize("edited", [False, True], ids=["same documents", "edited documents"])
def test_approval_is_dropped_when_its_documents_changed_though_nobody_wrote(team: Team, edited: bool) -> None:
    alone(free_for_the_draft(team), Approve(DRAFT, to="shadow"))
    if edited:
        edit(team, f"packets/{DRAFT}.yaml", "cycles: 1", "cycles: 2")
    synced = sync(team.jo.at(LATER).context)
    assert [line.partition(": ")[2] for line in synced.dropped] == (
        ["the dossier it was given to is no longer the current one: approve again"] if edited else []
    )
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


def test_approval_that_has_ended_meanwhile_is_dropped(team: Team) -> None:
    alone(free_for_the_draft(team), Approve(DRAFT, to="shadow"))
    go(team.mara, "xr-na")
    (said,) = sync(team.jo.at("2026-12-05T00:00:00Z").context).dropped
    assert "it has expired" in said


def test_fact_that_is_there_already_is_said_and_not_written_twice(team: Team) -> None:
    alone(team.jo, Pause(PACKET, "look"))
    team.mara.done(Pause(PACKET, "look at this"))
    (said,) = sync(team.jo.at(LATER).context).dropped
    assert PACKET in said and team.faults() == []
    assert sync(team.jo.context).dropped == []


def test_nothing_is_written_twice_when_only_the_answer_was_lost(team: Team) -> None:
    outcome = alone(team.jo, REHEARSED)
    git(team.jo.directory, "push", "--quiet", "origin", LEDGER)
    assert sync(team.jo.at(LATER).context).kept == [] and team.tip() == outcome.oid


def test_two_processes_of_one_clone_lose_nothing(team: Team, monkeypatch: pytest.MonkeyPatch) -> None:
    """The other one recorded between reading and writing: read again, decided again."""
    real = room.keep_here

    def after_another(*words: object, **more: object) -> object:
        monkeypatch.setattr(room, "keep_here", real)
        alone(team.jo, Pause(TV, "look"))
        return real(*words, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(room, "keep_here", after_another)
    assert alone(team.jo, Pause(PACKET, "look")).tries == 2
    assert paused(team.jo.workspace().state) == {PACKET, TV}
    assert len(sync(team.jo.at(LATER).context).kept) == 2 and team.faults() == []


def test_offline_says_nothing_where_there_is_no_remote(tmp_path: Path) -> None:
    clone = opened(tmp_path / "team")
    outcome = run(clone.context, lambda _: VerifyBaseline("chat-b1", "staging"), offline=True)
    assert outcome.word == "PUBLISHED" and clone.audited() == []


# A ledger that was opened before there was a remote


def test_ledger_is_published_by_the_first_command_when_a_remote_comes_later(tmp_path: Path) -> None:
    clone = opened(tmp_path / "team")
    clone.done(VerifyBaseline("chat-b1", "staging"))
    git(tmp_path, "init", "--quiet", "--bare", "--initial-branch=main", "forge.git")
    git(clone.directory, "remote", "add", "origin", "../forge.git")
    with pytest.raises(GovernError, match="has neither this ledger nor main") as stopped:
        publish_first(clone.context)
    assert (stopped.value.exit, stopped.value.type_line) == (ExitCode.COULD_NOT, "git push origin main")
    git(clone.directory, "push", "--quiet", "origin", "main")
    synced = publish_first(clone.context)
    assert synced is not None and synced.kept == ["the whole ledger, 2 commands"]
    assert git(tmp_path / "forge.git", "rev-parse", LEDGER) == synced.oid
    assert clone.done(VerifyBaseline("chat-b1", "staging")).word == "PUBLISHED"
    assert clone.audited() == []


# A broken ledger


def tamper(team: Team, *, force: bool, act: Callable[[Path], None]) -> None:
    """Somebody who may push writes the ledger by hand."""
    there = team.clone("ana", name="attacker").directory
    git(there, "fetch", "--quiet", "origin")
    git(there, "switch", "--quiet", "--detach", f"origin/{LEDGER}")
    act(there)
    git(there, "push", "--quiet", *(["--force"] if force else []), "origin", f"HEAD:refs/heads/{LEDGER}")


def edited(there: Path) -> None:
    record = there / "records/workspace/main/0001.yaml"
    record.write_text(record.read_text("utf-8").replace("n: 1\n", "n: 1\n# ok\n"), "utf-8")
    git(there, "commit", "--quiet", "--all", "--message=Tidy up")


def removed(there: Path) -> None:
    git(there, "rm", "--quiet", f"records/packets/{TV}/0001.yaml")
    git(there, "commit", "--quiet", "--message=Tidy up")


def cut_off(there: Path) -> None:
    git(there, "reset", "--hard", "--quiet", "HEAD~2")


def written_anew(there: Path) -> None:
    cut_off(there)
    git(there, "commit", "--quiet", "--allow-empty", "--message=nothing happened here")


BREAKS = {
    "a record edited in a new commit": (edited, False),
    "a record removed in a new commit": (removed, False),
    "the end cut off": (cut_off, True),
    "the end written anew": (written_anew, True),
}


def seen_before(team: Team) -> Clone:
    """jo's clone, which has audited: it remembers the tip, and follows no ledger branch of its own."""
    assert team.jo.at(LATER).audited() == []
    return team.jo


def wrote_before(team: Team) -> Clone:
    team.jo.done(REHEARSED)
    return team.jo


def follows(team: Team) -> Clone:
    """jo's own git moves the local ledger branch along with the published one, whatever that is."""
    git(
        team.jo.directory,
        "config",
        "--add",
        "remote.origin.fetch",
        f"+refs/heads/{LEDGER}:refs/heads/{LEDGER}",
    )
    assert team.jo.at(LATER).audited() == []
    return team.jo


CASES = [
    *((act, seen_before) for act in BREAKS),
    *((act, wrote_before) for act in ("a record edited in a new commit", "the end written anew")),
    *((act, follows) for act in ("a record edited in a new commit", "the end cut off")),
]


@pytest.mark.parametrize(
    ("name", "clone_of"), CASES, ids=[f"{act}, {clone.__name__}" for act, clone in CASES]
)
def test_way_back_is_open_on_a_broken_ledger_and_published_once_it_is_mended(
    team: Team, name: str, clone_of: Callable[[Team], Clone]
) -> None:
    act, force = BREAKS[name]
    jo = clone_of(team)
    good = team.tip()
    tamper(team, force=force, act=act)
    if clone_of is follows:
        git(jo.directory, "fetch", "--quiet", "origin")
    bad = team.tip()

    went = went_back(jo, "xr-na")
    assert team.tip() == bad
    assert isinstance(went.why, BrokenLedgerError) or "the ledger is broken" in went.why.message
    assert f"git push --force origin {good[:12]}:refs/heads/{LEDGER}" in went.why.notes
    assert went.why.type_line == "govern binding export -o bindings.json"
    assert bound(jo)["xr-na"] == "chat-b1"
    second = went_back(jo, "tv")
    assert git(jo.directory, "rev-parse", f"{LEDGER}~2") == good
    assert bound(jo) == bound(jo) | {"xr-na": "chat-b1", "tv": "chat-b1"}

    for command, offline in ((Pause(TV, "look"), False), (Pause(TV, "look"), True)):
        with pytest.raises(GovernError, match="the ledger is broken") as stopped:
            run(jo.context, lambda _, command=command: command, offline=offline)
        assert stopped.value.exit == ExitCode.COULD_NOT
    with pytest.raises(BrokenLedgerError):
        sync(jo.context)
    assert jo.at(LATER).audited() != []

    git(team.forge, "update-ref", f"refs/heads/{LEDGER}", good)
    if clone_of is follows:
        git(jo.directory, "config", "--unset-all", "remote.origin.fetch", "heads/govern-ledger")
    git(jo.directory, "fetch", "--quiet", "origin")
    assert len(sync(jo.at(LATER).context).kept) == 2
    assert team.tip() == second.recorded and team.faults() == []
    assert {team.on()["xr-na"], team.on()["tv"]} == {"chat-b1"}


def went_back(clone: Clone, cohort: str) -> WentBack:
    went = go(clone, cohort)
    assert went.recorded and went.published is None and went.why is not None
    return went


def bound(clone: Clone) -> dict[str, str]:
    surface = clone.workspace().state.surfaces["chat"]
    return {cohort: timeline[-1].to.baseline for cohort, timeline in sorted(surface.cohorts.items())}


def test_clone_whose_own_git_still_shows_the_fault_is_told_to_fetch(team: Team) -> None:
    jo = wrote_before(team)
    good = team.tip()
    tamper(team, force=False, act=edited)
    git(jo.directory, "fetch", "--quiet", "origin")
    git(team.forge, "update-ref", f"refs/heads/{LEDGER}", good)
    with pytest.raises(GovernError, match="the ledger is broken") as stopped:
        jo.do(Pause(TV, "look"))
    assert stopped.value.type_line == "git fetch origin"
    git(jo.directory, "fetch", "--quiet", "origin")
    jo.done(Pause(TV, "look"))
    assert team.faults() == []


def test_rollback_on_a_ledger_that_breaks_in_its_only_clone_puts_the_good_end_back(tmp_path: Path) -> None:
    clone = opened(tmp_path / "team")
    ben = clone.acting("ben")
    ben.done(Advance(PACKET, "shadow", rehearsal={"same": True, "seconds": 0.1}))
    ben.done(AcceptRisk(PACKET, "nothing to pair with", "2026-11-29T00:00:00Z"))
    ben.at("2026-11-20T10:00:00Z").done(Advance(PACKET, "canary"))
    good = git(ben.directory, "rev-parse", LEDGER)
    git(ben.directory, "worktree", "add", "--quiet", "--detach", "../by-hand", LEDGER)
    edited(tmp_path / "by-hand")
    bad = git(tmp_path / "by-hand", "rev-parse", "HEAD")
    git(ben.directory, "branch", "--force", LEDGER, bad)
    went = go(ben.at("2026-11-20T11:00:00Z"), "public")
    assert went.published is not None
    assert git(ben.directory, "rev-parse", f"{LEDGER}~1") == good
    assert git(ben.directory, "for-each-ref", "--format=%(objectname)", "refs/govern/dropped/") == bad
    assert bound(ben)["public"] == "chat-b1" and ben.at("2026-12-01T00:00:00Z").audited() == []
