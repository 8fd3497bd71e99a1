"""`--offline` on the command line: every command that takes it, what it says, and what becomes of it."""

import json
from dataclasses import dataclass
from pathlib import Path

import pytest

from typed import Keyboard
from workspaces import EXAMPLES, Clone, another_clone, git

PACKET = "no-system-prompt"
NOW = "2026-11-22T10:00:00Z"
LATER = "2026-11-23T10:00:00Z"
PAIRS = str(EXAMPLES / "prompt-change/data/pairs.csv")
# in this order: what a command rests on stands above it
LINES = {
    "evidence shadow": (PACKET, "--pairs", PAIRS),
    "evidence explain": (
        PACKET,
        "--cohort",
        "public",
        "--dimension",
        "refusal",
        "--moved",
        "takes half back",
    ),
    "trigger evaluate": (PACKET, "--series", "rates.csv"),
    "trigger ack": (PACKET,),
    "rollback rehearse": (PACKET,),
    "baseline verify": ("chat-b1",),
    "packet pause": (PACKET, "--reason", "look"),
}


@dataclass
class Away:
    """Ben's clone, its forge, and what Ben types."""

    ben: Clone
    forge: Path
    typed: Keyboard

    def offline(self) -> None:
        self.forge.rename(self.forge.with_name("away.git"))

    def online(self) -> None:
        self.forge.with_name("away.git").rename(self.forge)


@pytest.fixture
def away(
    team: Clone, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Away:
    forge = tmp_path / "forge.git"
    git(tmp_path, "clone", "--quiet", "--bare", str(team.directory), str(forge))
    ben = another_clone(forge, tmp_path / "ben", "ben")
    rows = [f"2026-11-21T{hour}:00:00Z,50" for hour in range(10, 14)]
    (ben.directory / "rates.csv").write_text("\n".join(["timestamp,value", *rows, ""]), "utf-8")
    typed = Keyboard(ben.directory, capsys, monkeypatch)
    assert typed("status", "--fetch", now=NOW).code == 0
    return Away(ben, forge, typed)


def test_every_fact_is_refused_with_the_line_that_records_it_here_and_published_by_sync(away: Away) -> None:
    """A trigger that fires waits for nobody's `--offline`: it is recorded here at once."""
    away.offline()
    for name, words in LINES.items():
        if name == "trigger evaluate":
            said = away.typed(*name.split(), *words, now=NOW)
            assert said.code == 4 and "RECORDED " in said.text, said.text
            continue
        said = away.typed(*name.split(), *words, now=NOW)
        assert said.code == 2 and "did not answer" in said.text, said.text
        assert said.advice[0] == "type" and said.advice[1].endswith(" --offline")
        said = away.typed(*name.split(), *words, "--offline", now=NOW)
        assert said.code == 4 and "RECORDED " in said.text, said.text
        assert "NOT PUBLISHED: the others see it after `govern sync`" in said.lines
        assert said.advice == ("next", "govern sync")
    away.online()
    said = away.typed("sync", now=LATER)
    assert (said.code, sum(line.startswith("published ") for line in said.lines)) == (0, len(LINES))
    assert away.typed.audited() == []


def test_nothing_changes_when_it_is_only_tried(away: Away) -> None:
    away.offline()
    before = git(away.ben.directory, "for-each-ref")
    for name, words in LINES.items():
        if name not in ("evidence explain", "trigger ack"):  # which rest on what would be recorded
            said = away.typed(*name.split(), *words, "--offline", "--dry-run", now=NOW)
            assert said.code == 0 and "RECORDED" not in said.text, said.text
    assert git(away.ben.directory, "for-each-ref") == before


def test_what_rests_on_a_waiting_record_finds_it_under_its_number_in_the_end(away: Away) -> None:
    """Ana wrote in the same stream meanwhile, so that every number of Ben's is another one."""
    away.offline()
    for name in ("evidence shadow", "evidence explain", "trigger evaluate", "trigger ack"):
        assert away.typed(*name.split(), *LINES[name], "--offline", now=NOW).code == 4
    assert away.typed("rollback", "execute", PACKET, "--yes", "--note", "refusals", now=NOW).code == 4
    away.online()
    ana = another_clone(away.forge, away.forge.with_name("ana"), "ana")
    away.typed.monkeypatch.chdir(ana.directory)
    hers = Keyboard(ana.directory, away.typed.capsys, away.typed.monkeypatch)
    assert hers("packet", "pause", PACKET, "--reason", "look", now=NOW).code == 0
    answer = away.typed("sync", "--format", "json", now=LATER).json
    assert (len(answer["data"]["kept"]), answer["data"]["dropped"]) == (5, [])
    packet = away.ben.at(LATER).workspace().state.packets[PACKET]
    (fired,) = packet.fired
    assert fired.name in packet.acknowledged and packet.history[-1].body["trigger"] == fired.name
    assert away.typed.audited() == []


def test_what_was_dropped_is_said_by_the_command_that_published(away: Away) -> None:
    away.offline()
    away.typed("packet", "pause", PACKET, "--reason", "look", "--offline", now=NOW)
    away.online()
    ana = another_clone(away.forge, away.forge.with_name("ana"), "ana")
    hers = Keyboard(ana.directory, away.typed.capsys, away.typed.monkeypatch)
    assert hers("packet", "pause", PACKET, "--reason", "look", now=NOW).code == 0
    said = away.typed("baseline", "verify", "chat-b1", now=LATER)
    assert said.code == 0 and said.lines[0].startswith(f"dropped    pause {PACKET} (ben, ")
    assert away.typed.audited() == []


def test_command_is_refused_when_what_waits_cannot_go_out_first(away: Away) -> None:
    away.typed("packet", "pause", PACKET, "--reason", "look", "--offline", now=NOW)
    hook = away.forge / "hooks/pre-receive"
    hook.write_text("#!/bin/sh\necho 'protected branch' >&2\nexit 1\n")
    hook.chmod(0o755)
    said = away.typed("baseline", "verify", "chat-b1", now=LATER)
    assert (said.code, said.advice) == (2, ("type", "govern sync"))
    assert "nothing was recorded" in said.text and "protected branch" in said.text
    hook.unlink()
    assert away.typed("baseline", "verify", "chat-b1", now=LATER).code == 0
    assert away.typed.audited() == []


def test_rollback_on_a_broken_ledger_says_so_and_how_to_serve_it(away: Away) -> None:
    good = git(away.forge, "rev-parse", "govern-ledger")
    attacker = another_clone(away.forge, away.forge.with_name("attacker"), "ana").directory
    git(attacker, "switch", "--quiet", "--detach", "origin/govern-ledger")
    git(attacker, "rm", "--quiet", f"records/packets/{PACKET}/0001.yaml")
    git(attacker, "commit", "--quiet", "--message=Tidy up")
    git(attacker, "push", "--quiet", "origin", "HEAD:govern-ledger")

    said = away.typed("rollback", "execute", PACKET, "--reason", "operator-judgement", "--yes", now=NOW)
    assert (said.code, said.advice) == (4, ("type", "govern binding export -o bindings.json"))
    assert "NOT PUBLISHED: the ledger is broken: commit" in said.text
    assert f"  git push --force origin {good[:12]}:refs/heads/govern-ledger" in said.lines
    assert away.typed("binding", "export", "-o", "bindings.json", now=NOW).code == 0
    served = json.loads((away.ben.directory / "bindings.json").read_text("utf-8"))
    public = served["surfaces"]["chat"]["cohorts"]["public"]
    assert (public["to"], public["percent"]) == ("chat-b1", 100)
    assert "the ledger is broken" in " ".join(away.typed("status", now=NOW).text.split())
    assert (away.typed("sync", now=NOW).code, away.typed("sync", now=NOW).advice) == (
        4,
        ("type", "govern audit"),
    )
    assert away.typed("packet", "pause", PACKET, "--reason", "look", now=NOW).advice == (
        "type",
        "govern audit",
    )

    git(away.ben.directory, "push", "--quiet", "--force", "origin", f"{good[:12]}:refs/heads/govern-ledger")
    said = away.typed("sync", now=LATER)
    assert said.code == 0 and said.lines[0].startswith(f"published  rollback {PACKET} (ben, ")
    assert away.typed.audited() == []
