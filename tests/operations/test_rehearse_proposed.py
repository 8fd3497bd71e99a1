"""A rehearsal on a pull request: the packet stands on a branch alone, and the repository stays as it is."""

import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from govern.domain.rollback.execution import Rollback
from govern.domain.rollout.advance import Advance
from govern.domain.rollout.extension import Extend
from govern.domain.rollout.waiver import AcceptRisk
from govern.errors import ExitCode, GovernError
from govern.operations.asking import rehearse_packet
from govern.operations.context import Context
from govern.operations.review.rehearse_proposed import (
    Tried,
    read_proposal,
    rehearse_changed,
    rehearse_proposed,
)
from operations.worlds import PACKET, on_a_quiet_machine, standing
from pull_requests import Branch, branch
from workspaces import Clone, another_clone, git, open_ledger, repository

FILE = f"governance/packets/{PACKET}.yaml"
NEXT = "governance/baselines/chat-b2.yaml"
KPI = "governance/kpis/policy-flip-rate.yaml"
ONWARD = "onward"  # from next back to prev, as if that were a change like any other
NOW = "2026-11-20T10:00:00Z"


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A forge whose main has everything but the packet; ana's branch `idea` proposes it."""
    folder = tmp_path_factory.mktemp("proposed")
    with on_a_quiet_machine(folder / "home"):
        ana = repository(folder / "ana", bare=folder / "forge.git")
        packet = (ana.directory / FILE).read_text("utf-8")
        git(ana.directory, "rm", "--quiet", FILE)
        git(ana.directory, "commit", "--quiet", "--message=No packet yet")
        git(ana.directory, "push", "--quiet", "origin", "main")
        open_ledger(ana)
        branch(ana.directory, "idea").write(FILE, packet).commit("Propose it", "ana")
        git(ana.directory, "push", "--quiet", "origin", "idea")
        git(ana.directory, "remote", "set-url", "origin", "../forge.git")
    yield folder


@pytest.fixture
def ana(made: Path, tmp_path: Path) -> Clone:
    shutil.copytree(made, tmp_path / "world", symlinks=True)
    return Clone(tmp_path / "world/ana", "ana", NOW)


def edited(ana: Clone, path: str, *texts: tuple[str, str]) -> str:
    """One more commit on the branch `idea`."""
    Branch(ana.directory).edit(path, *texts).commit("Edit", "ana")
    return "idea"


def walked(context: Context, revision: str = "idea") -> list[Tried]:
    return list(rehearse_changed(read_proposal(context, revision, against_branch=True)))


def everything(directory: Path) -> tuple[object, ...]:
    """Refs with what they name, HEAD, the index, and the working tree."""
    refs = git(directory, "for-each-ref", "--format=%(refname) %(objectname) %(symref)")
    return (*standing(Clone(directory)), refs)


def test_packet_of_a_branch_is_walked_and_the_repository_stays_as_it_is(ana: Clone) -> None:
    before = everything(ana.directory)
    rehearsed = rehearse_proposed(read_proposal(ana.context, "idea"), PACKET).rehearsed
    assert rehearsed is not None and (rehearsed.same, rehearsed.cohorts) == (True, ("public",))
    assert everything(ana.directory) == before
    assert PACKET not in ana.workspace().state.packets
    assert ana.at("2026-12-31T00:00:00Z").audited() == []


@pytest.mark.parametrize("revision", ["HEAD", "origin/idea", "COMMIT", "proposed"])
def test_revision_is_a_commit_a_branch_or_a_tag_in_a_checkout_of_nobody(ana: Clone, revision: str) -> None:
    """As CI has it: a detached HEAD, no user, no remote that answers."""
    ci = another_clone(ana.directory.parent / "forge.git", ana.directory.parent / "ci", "nobody").directory
    git(ci, "checkout", "--quiet", "--detach", "origin/idea")
    git(ci, "tag", "proposed")
    git(ci, "config", "--unset", "user.email")
    git(ci, "remote", "set-url", "origin", "nowhere.git")
    before = everything(ci)
    commit = git(ci, "rev-parse", "HEAD")
    (tried,) = walked(Context(ci, NOW), revision.replace("COMMIT", commit[:10]))
    assert (tried.packet, tried.ok) == (PACKET, True)
    assert everything(ci) == before


FAULTY = {
    "the packet": ((FILE, ("surface: chat", "surface: chta")), f"{FILE}:"),
    "the packet, which no reader takes": ((FILE, ("canary: {", "canary: {{")), f"{FILE}:"),
    "its next, by a digest": ((NEXT, ("llama-2-70b-chat+v2", "llama-2-70b-chat+v3")), f"{FILE}:"),
    "its prev, by a prompt": (("prompts/system.v1.md", ("You", "Thou")), f"{FILE}:"),
    "a KPI that it names": ((KPI, ("warning: {above: 2}", "warning: {over: 2}")), f"{KPI}:"),
}


@pytest.mark.parametrize(("edit", "said"), FAULTY.values(), ids=FAULTY.keys())
def test_faulty_documents_are_left_to_check(ana: Clone, edit: tuple[str, tuple[str, str]], said: str) -> None:
    edited(ana, *edit)
    with pytest.raises(GovernError) as stopped:
        rehearse_proposed(read_proposal(ana.context, "idea"), PACKET)
    assert stopped.value.message.startswith(said)
    assert (stopped.value.exit, stopped.value.type_line) == (
        ExitCode.NO,
        "govern check --base origin/main --head idea",
    )
    (tried,) = walked(ana.context)
    assert tried.refused is not None and tried.refused.message == stopped.value.message


UNKNOWN = [
    ("no-system-promt", "idea", "no packet `no-system-promt` in idea; nearest: no-system-prompt",
     "govern rollback rehearse no-system-prompt --documents idea"),
    (PACKET, "main", f"no packet `{PACKET}` in main", "git ls-tree --name-only main governance/packets/"),
    (PACKET, "origin/nope", "no commit `origin/nope` in this clone", "git fetch origin nope"),
    (PACKET, "--all", "no commit `--all` in this clone", "git branch --all"),
]  # fmt: skip


@pytest.mark.parametrize(("packet", "revision", "said", "line"), UNKNOWN)
def test_what_is_not_there_is_refused(ana: Clone, packet: str, revision: str, said: str, line: str) -> None:
    with pytest.raises(GovernError) as stopped:
        rehearse_proposed(read_proposal(ana.context, revision), packet)
    error = stopped.value
    assert (error.message, error.type_line, error.exit) == (said, line, ExitCode.COULD_NOT)


def test_surface_that_the_policy_in_force_does_not_have_is_refused(ana: Clone) -> None:
    """govern.yaml on the branch knows it already; what is in force is asked of the ledger."""
    there = Branch(ana.directory)
    text = (there.root / "governance/govern.yaml").read_text("utf-8")
    surface = text[text.index("  chat:\n") : text.index("windows:")]
    there.write("governance/govern.yaml", text.replace(surface, surface + surface.replace("chat:", "voice:")))
    for path in (FILE, NEXT, "governance/baselines/chat-b1.yaml"):
        there.edit(path, ("surface: chat\n", "surface: voice\n"))
    there.commit("A new surface", "ana")
    with pytest.raises(GovernError) as stopped:
        rehearse_packet(read_proposal(ana.context, "idea").workspace, PACKET)
    assert stopped.value.message == "the policy in force has no surface `voice`"
    assert stopped.value.type_line == "govern policy diff"


def test_nothing_is_walked_when_no_packet_changed(ana: Clone) -> None:
    git(ana.directory, "switch", "--quiet", "main")
    branch(ana.directory, "readme").write("README.md", "hello\n").commit("Say hello", "ana")
    assert walked(ana.context, "readme") == walked(ana.context, "origin/main") == []


def test_packets_that_main_got_meanwhile_are_not_the_branch_s_doing(ana: Clone) -> None:
    git(ana.directory, "switch", "--quiet", "main")
    branch(ana.directory, "readme").write("README.md", "hello\n").commit("Say hello", "ana")
    git(ana.directory, "push", "--quiet", "origin", "idea:main")
    git(ana.directory, "fetch", "--quiet")
    assert walked(ana.context, "readme") == []


@pytest.fixture
def canary(ana: Clone) -> Clone:
    """The packet is merged and in canary; the branch goes on from there."""
    git(ana.directory, "push", "--quiet", "origin", "idea:main")
    ben = ana.acting("ben")
    ben.done(Advance(PACKET, "shadow", rehearsal={"same": True, "seconds": 0.1}))
    ben.done(AcceptRisk(PACKET, "nothing to pair with", "2026-11-29T00:00:00Z"))
    ben.done(Advance(PACKET, "canary"))
    return ben


def test_frozen_values_are_walked_of_an_open_packet(canary: Clone) -> None:
    """What the branch says instead has no force: not another scope, not even litter."""
    edited(canary, FILE, ("cohort_coverage: [public]", "cohort_coverage: [nobody]"))
    (tried,) = walked(canary.context)
    assert tried.rehearsed is not None and tried.frozen
    assert (tried.rehearsed.same, tried.rehearsed.cohorts) == (True, ("public",))
    Branch(canary.directory).write(FILE, "[}{").commit("Litter", "ana")
    assert [each.ok for each in walked(canary.context)] == [True]
    assert canary.done(Extend(PACKET, percent=20)).word == "PUBLISHED"


def test_prompt_of_prev_that_the_branch_edits_does_not_come_back(canary: Clone) -> None:
    edited(canary, "prompts/system.v1.md", ("You", "Thou"))
    edited(canary, FILE, ("percent: 5", "percent: 4"))
    (tried,) = walked(canary.context)
    assert tried.rehearsed is not None and not tried.ok
    assert tried.rehearsed.differs == ("prompts/system.v1.md has other bytes",)


def test_prev_that_was_taken_back_is_not_come_back_to(canary: Clone) -> None:
    """Sound documents, and a way back that leads past them: only walking it shows that."""
    canary.done(Rollback(PACKET, "operator-judgement"))
    onward = f"governance/packets/{ONWARD}.yaml"
    text = (canary.directory / FILE).read_text("utf-8")
    digests = re.findall("sha256:[0-9a-f]{64}", text)
    for old, new in (("chat-b1", "chat-b2"), ("chat+v1", "chat+v2"), digests):
        text = text.replace(old, "@").replace(new, old).replace("@", new)
    runbook = (canary.directory / "RUNBOOK.md").read_text("utf-8")
    there = Branch(canary.directory).write(onward, text.replace(f"id: {PACKET}", f"id: {ONWARD}"))
    there.write("RUNBOOK.md", runbook + runbook.replace(PACKET, ONWARD)).commit("Go on", "ana")
    tried = rehearse_proposed(read_proposal(canary.context, "idea"), ONWARD)
    assert tried.rehearsed is not None and not tried.frozen
    assert tried.rehearsed.differs == ("public is on chat-b1",)


def test_packet_that_has_ended_is_passed_over(canary: Clone) -> None:
    canary.done(Rollback(PACKET, "operator-judgement"))
    edited(canary, FILE, ("percent: 5", "percent: 4"))
    (tried,) = walked(canary.context)
    assert (tried.packet, tried.ended, tried.ok) == (PACKET, "rolled_back", True)


def test_broken_ledger_is_no_ground_to_walk_on(ana: Clone) -> None:
    git(ana.directory, "switch", "--quiet", "--detach", "origin/govern-ledger")
    git(ana.directory, "rm", "--quiet", "records/workspace/main/0001.yaml")
    git(ana.directory, "commit", "--quiet", "--message=broken")
    git(ana.directory, "push", "--quiet", "origin", "HEAD:govern-ledger")
    git(ana.directory, "fetch", "--quiet")
    with pytest.raises(GovernError) as stopped:
        read_proposal(ana.context, "idea")
    assert stopped.value.type_line == "govern audit"
