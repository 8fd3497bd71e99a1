"""A team with XR and PC players, one forge, and a change of prompt in canary; a second packet holds the TV cohort.

jo and mara may roll back, lee may not. Worlds are made once and copied; every clone stands on the simulated clock.
"""

import shutil
from dataclasses import dataclass
from pathlib import Path

import pytest

from govern.domain.rollout.advance import Advance
from govern.domain.rollout.waiver import AcceptRisk
from govern.operations.audit import audit
from govern.operations.context import Context
from govern.operations.rollback.execute import WentBack, roll_back
from govern.operations.rollback.wanted import Wanted
from workspaces import EXAMPLES, Clone, another_clone, be, git, isolated, open_ledger

PACKET, TV, DRAFT = "no-system-prompt", "tv-prompt", "next-idea"
LEDGER = "govern-ledger"
OPENED = "2026-11-16T09:00:00Z"
NOW = "2026-11-17T02:10:21Z"
XR, PC = ("xr-eu", "xr-na"), ("pc-eu", "pc-na")
REASON = "operator-judgement"
COHORTS = """\
kind: cohorts/v1
id: main
cohorts:
  pc-eu: {title: "PC, Europe", platform: pc, region: eu, critical: false}
  pc-na: {title: "PC, America", platform: pc, region: na, critical: false}
  tv: {title: "Television", platform: tv, region: eu, critical: false}
  xr-eu: {title: "XR, Europe", platform: xr, region: eu, critical: false}
  xr-na: {title: "XR, America", platform: xr, region: na, critical: false}
"""
PEOPLE = """\
people:
  ana: {email: ana@example.com}
  jo: {email: jo@example.com, contact: "+00 555 0102"}
  mara: {email: mara@example.com}
  lee: {email: lee@example.com}
"""


@dataclass
class Team:
    """`forge` is the bare remote; each person has a clone beside it, and the tester a separate one."""

    folder: Path

    @property
    def forge(self) -> Path:
        return self.folder / "forge.git"

    def clone(self, person: str, now: str = NOW, name: str = "") -> Clone:
        directory = self.folder / (name or person)
        if not directory.exists():
            another_clone(self.forge, directory, person)
            git(directory, "remote", "set-url", "origin", "../forge.git")
        return Clone(directory, person, now)

    @property
    def jo(self) -> Clone:
        return self.clone("jo")

    @property
    def mara(self) -> Clone:
        return self.clone("mara")

    def offline(self) -> None:
        self.forge.rename(self.folder / "away.git")

    def online(self) -> None:
        (self.folder / "away.git").rename(self.forge)

    def refuse(self) -> None:
        """From now on the forge takes no push."""
        hook = self.forge / "hooks" / "pre-receive"
        hook.write_text("#!/bin/sh\necho 'protected branch' >&2\nexit 1\n")
        hook.chmod(0o755)

    def accept(self) -> None:
        (self.forge / "hooks" / "pre-receive").unlink()

    def tip(self) -> str:
        return git(self.forge, "rev-parse", LEDGER)

    def faults(self) -> list[str]:
        """What a fresh clone's audit finds, late enough that nothing lies in the future."""
        there = self.clone("ana", "2026-12-31T00:00:00Z", "auditor").workspace(judge=False)
        return [f"{finding.code} {finding.message}" for finding in audit(there).findings]

    def on(self) -> dict[str, str]:
        """Who is on what by a fresh reading."""
        return where(self.clone("ana", name="auditor"))


def where(clone: Clone) -> dict[str, str]:
    """The baseline of every cohort that is bound by name, as this clone sees it."""
    surface = clone.workspace().state.surfaces["chat"]
    return {cohort: timeline[-1].to.baseline for cohort, timeline in sorted(surface.cohorts.items())}


def go(clone: Clone, *cohorts: str, packet: str | None = None, reason: str | None = REASON) -> WentBack:
    return roll_back(context(clone), Wanted(packet=packet, cohorts=cohorts, reason=reason))


def context(clone: Clone) -> Context:
    return clone.context


def make_team(folder: Path) -> Team:
    """Documents published, the ledger open, both packets in canary, on what nobody measured: the risk is taken."""
    folder.mkdir(parents=True)
    with pytest.MonkeyPatch.context() as patch:
        for name, value in isolated(folder / "home").items():
            patch.setenv(name, value)
        return _made(Team(folder))


def _made(team: Team) -> Team:
    git(team.folder, "init", "--quiet", "--bare", "--initial-branch=main", "forge.git")
    ana = team.clone("ana", OPENED)
    shutil.copytree(EXAMPLES / "prompt-change", ana.directory, dirs_exist_ok=True)
    _write_documents(ana.directory / "governance")
    git(ana.directory, "checkout", "--quiet", "-B", "main")
    git(ana.directory, "add", "--all")
    git(ana.directory, "commit", "--quiet", "--message=Add the documents")
    git(ana.directory, "push", "--quiet", "origin", "main")
    open_ledger(ana)
    mara = team.clone("mara", OPENED)
    for packet in (PACKET, TV):
        mara.done(Advance(packet, "shadow", rehearsal={"same": True, "seconds": 0.1}))
        mara.done(AcceptRisk(packet, "nothing to pair with", "2026-11-29T00:00:00Z"))
    for packet in (PACKET, TV):
        mara.at("2026-11-16T10:00:00Z").done(Advance(packet, "canary"))
    for person in ("jo", "lee"):
        team.clone(person).workspace()
    return team


def _write_documents(folder: Path) -> None:
    (folder / "cohorts.yaml").write_text(COHORTS, "utf-8")
    workspace = folder / "govern.yaml"
    text = workspace.read_text("utf-8")
    start, end = text.index("people:"), text.index("roles:")
    text = text[:start] + PEOPLE + text[end:].replace("[ana, ben]", "[ana, mara, jo]")
    text = text.replace("rollback_execute: [ana, mara, jo]", "rollback_execute: [jo, mara]")
    workspace.write_text(text, "utf-8")
    packet = folder / "packets" / f"{PACKET}.yaml"
    text = packet.read_text("utf-8").replace("[ben]", "[mara, jo]").replace("[ana, ben]", "[jo, mara]")
    keys = ", ".join((*PC, *XR))
    packet.write_text(text.replace("[public]", f"[{keys}]"), "utf-8")
    for other in (TV, DRAFT):
        own = text.replace(f"id: {PACKET}", f"id: {other}").replace("[public]", "[tv]")
        (folder / "packets" / f"{other}.yaml").write_text(own, "utf-8")


def copied(made: Team, folder: Path) -> Team:
    shutil.copytree(made.folder, folder / "team", symlinks=True)
    return Team(folder / "team")


def busy(directory: Path) -> None:
    """A user in the middle of something: another branch, staged, unstaged and untracked work."""
    git(directory, "switch", "--quiet", "--create", "fix/tooltips")
    (directory / "staged").write_text("1")
    git(directory, "add", "staged")
    (directory / "staged").write_text("2")
    (directory / "untracked").write_text("1")


def litter(team: Team) -> None:
    """Every document on main replaced by what no reader takes."""
    editor = team.clone("ana", name="editor").directory
    be(editor, "ana")
    for path in (editor / "governance").rglob("*.yaml"):
        path.write_bytes(b"\x00: [}{ \xff\n")
    git(editor, "commit", "--quiet", "--all", "--message=Litter")
    git(editor, "push", "--quiet", "origin", "HEAD:main")
