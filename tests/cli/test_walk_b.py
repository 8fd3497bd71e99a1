"""Walk B through a pseudo-terminal of 80 columns: 02:10, XR is bad; a feature branch, a dirty tree, a moved remote."""

import os
import re
import sys
from pathlib import Path

import pexpect
import pytest

from back import NOW, PACKET, Team, busy, copied, go, make_team
from relabeling import NIGHT, V1, chat, logged

LATER = "2026-11-17T02:40:00Z"
GOVERN = f"{sys.executable} -P -m govern"


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Team:
    return make_team(tmp_path_factory.mktemp("back") / "made")


@pytest.fixture
def team(made: Team, tmp_path: Path) -> Team:
    return copied(made, tmp_path)


def types(directory: Path, line: str, *dialogue: tuple[str, str], now: str = NOW) -> tuple[list[str], int]:
    """`line` with (what is waited for, what is answered); gives the lines and the exit code."""
    environment = dict(os.environ) | {"TERM": "dumb", "NO_COLOR": "1", "GOVERN_NOW": now}
    child = pexpect.spawn(
        "/bin/sh",
        ["-c", line.replace("govern", GOVERN, 1)],
        cwd=str(directory),
        env=environment,  # type: ignore[arg-type]
        dimensions=(24, 80),
        encoding="utf-8",
        timeout=60,
    )
    said = ""
    for question, answer in dialogue:
        child.expect_exact(question)
        said += child.before + child.after
        child.sendline(answer)
    child.expect(pexpect.EOF)
    said += child.before
    child.close()
    lines = re.sub(r"\b[0-9a-f]{7}\b", "COMMIT", said).replace("\r", "").splitlines()
    plain = [line for line in lines if not re.match(r"(type|next|\w+ types): ", line)]
    assert max(map(len, plain)) <= 80
    return [line.rstrip() for line in lines], child.exitstatus


def test_walk_b_takes_xr_back_while_pc_stays(team: Team) -> None:
    here = team.jo.directory
    busy(here)
    go(team.mara, "tv")  # the ledger has moved since jo looked
    lines, code = types(here, "govern rollback execute --where platfrom=xr")
    assert (lines[-1], code) == ("type: govern rollback execute --where platform=xr", 2)
    lines, code = types(
        here, "govern rollback execute --where platform=xr", ("reason [operator-judgement]: ", ""),
        ("Bind now? [Y/n] ", ""),
    )  # fmt: skip
    assert code == 0
    assert "ledger   COMMIT, fetched" in lines
    assert "move     xr-eu xr-na   chat-b2 -> chat-b1" in lines
    assert "stay     pc-eu pc-na   chat-b2" in lines
    assert "02:10:21 PUBLISHED: xr-eu xr-na on chat-b1" in lines
    assert lines[-2:] == [
        "yours    working tree, index and HEAD: neither read nor touched",
        f"next: govern rollback verify {PACKET} --wait 120",
    ]
    lines, code = types(here, "govern rollback execute --cohort xr-na --reason operator-judgement")
    assert (lines, code) == ([f"already back, nothing to do: xr-na on chat-b1 since {NOW} (jo)"], 0)
    _marked_and_told(team)
    assert team.faults() == []


def _marked_and_told(team: Team) -> None:
    """02:25: the log, then the boss; each line is the one that the command before it ended with."""
    here = team.jo.directory
    logged(here, (*NIGHT, chat("eu-back", "17 02:11:40", "xr-eu", V1)))
    lines, code = types(here, f"govern rollback verify {PACKET} --wait 120", now=LATER)
    assert code == 0
    assert "SERVED: chat-b1 in 2 of 2 decisions (xr-eu 1, xr-na 1) since then" in " ".join(
        map(str.strip, lines)
    )
    assert "last decision on chat-b2 02:10:55; pc-eu pc-na unchanged" in lines
    assert lines[-1] == f"next: govern relabel apply {PACKET}"
    lines, code = types(here, f"govern relabel apply {PACKET}", now=LATER)
    assert (lines[-1], code) == (f"next: govern relabel verify {PACKET}", 0)
    lines, code = types(here, f"govern relabel verify {PACKET}", now=LATER)
    assert code == 0 and "complete: each of 4 is marked once, and no other; the log reaches" in lines
    lines, code = types(here, f"govern rollback show {PACKET}", now=LATER)
    told = " ".join(" ".join(lines).split())
    assert code == 0 and told.startswith("**xr-eu xr-na went back to chat-b1")
    assert "RECORDED 02:10:21." in told and "SERVED 02:11:21" in told and "none is" in told


def test_no_at_the_question_records_nothing(team: Team) -> None:
    before = team.tip()
    line = "govern rollback execute --where platform=xr --reason operator-judgement"
    lines, code = types(team.jo.directory, line, ("Bind now? [Y/n] ", "n"))
    assert (code, team.tip()) == (1, before)
    assert "refused: nothing was recorded: the answer was no" in lines


def test_refused_push_is_published_by_another_who_types_the_same_line(team: Team) -> None:
    team.refuse()
    line = "govern rollback execute --where platform=xr --reason operator-judgement --yes"
    lines, code = types(team.jo.directory, line)
    assert (lines[-1], code) == ("type: govern sync", 4)
    team.accept()
    assert types(team.mara.directory, line)[1] == 0
    lines, code = types(team.jo.directory, "govern sync")
    assert code == 0 and "already back" in " ".join(lines)
