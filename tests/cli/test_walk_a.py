"""Walk A through a pseudo-terminal of 80 columns: two people, one prompt change, from `govern init` to canary."""

import os
import re
import shutil
import sys
from pathlib import Path

import pexpect
import pytest

from workspaces import EXAMPLES, be, git

GOVERN = f"{sys.executable} -P -m govern"
NEW = "govern new packet no-system-prompt --change prompt=prompts/system.v2.md"
MASKS = ((r"\b[0-9a-f]{7}\b", "COMMIT"), (r"\d+(\.\d+)? s\b", "N s"), (r"\d{4}-\d\d-\d\d", "DATE"))


class Person:
    """Someone at a terminal in their own clone."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory

    def types(self, line: str, *dialogue: tuple[str, str]) -> tuple[list[str], int]:
        """`line` with (what is waited for, what is answered); gives the masked lines and the exit code."""
        environment = dict(os.environ) | {"TERM": "dumb", "NO_COLOR": "1"}
        command = line.replace("govern", GOVERN, 1)
        child = pexpect.spawn(
            "/bin/sh",
            ["-c", command],
            cwd=str(self.directory),
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
        for pattern, mask in MASKS:
            said = re.sub(pattern, mask, said)
        lines = said.replace("\r", "").splitlines()
        plain = [line for line in lines if not re.match(r"(type|next|\w+ types): ", line)]
        assert max(map(len, plain)) <= 80
        return [line.rstrip() for line in lines], child.exitstatus


@pytest.fixture
def ana(tmp_path: Path) -> Person:
    """Her clone of a bare remote, with an application that has a prompt and no govern yet."""
    git(tmp_path, "init", "-q", "--bare", "-b", "main", "origin.git")
    git(tmp_path, "clone", "-q", "origin.git", "ana")
    directory = tmp_path / "ana"
    be(directory, "ana")
    git(directory, "checkout", "-q", "-B", "main")
    (directory / "prompts").mkdir()
    shutil.copy(EXAMPLES / "prompt-change/prompts/system.v1.md", directory / "prompts")
    publish(directory, "The application")
    git(directory, "branch", "-q", "--set-upstream-to=origin/main")
    return Person(directory)


def publish(directory: Path, message: str) -> None:
    git(directory, "add", "-A")
    git(directory, "commit", "-q", "-m", message)
    git(directory, "push", "-q", "origin", "HEAD:main")


def join(ana: Person, name: str) -> Person:
    """Another person's clone, beside hers."""
    directory = ana.directory.parent / name
    git(directory.parent, "clone", "-q", "origin.git", name)
    be(directory, name)
    return Person(directory)


def test_walk_a_reaches_canary_when_two_people_type_what_they_are_told(ana: Person) -> None:
    initialise(ana)
    propose(ana)
    ben = join(ana, "ben")
    into_shadow(ben)
    measure(ana)
    explain(ana)
    into_canary(ana)
    lines, code = ben.types("govern audit --fetch")
    assert code == 0 and lines[-1] == "0 findings"


def initialise(ana: Person) -> None:
    lines, code = ana.types(
        "govern init",
        ("1/6 Folder for the documents             [governance]: ", ""),
        ("2/6 Branch that people review and merge        [main]: ", ""),
        ("3/6 Surface whose behaviour may change         [chat]: ", ""),
        ("4/6 Model in use now                                 : ", "llama-2-70b-chat"),
        ("5/6 Prompt file in use now                           : ", "prompts/system.v1.md"),
        ("6/6 E-mail of a second person who may approve        : ", "ben@example.com"),
        ("Commit and push them to main? [Y/n] ", ""),
    )
    assert code == 0
    assert lines[-3:] == [
        "PUBLISHED: ledger opened, public on chat-b1 (declared, not yet rehearsed)",
        "One cohort, `public`: send that key from today. Without a key: always prev.",
        "next: write the new prompt as a NEW file, then: govern new packet ID",
    ]


def propose(ana: Person) -> None:
    shutil.copy(EXAMPLES / "prompt-change/prompts/system.v2.md", ana.directory / "prompts")
    lines, code = ana.types(NEW, *((f"{number}/5", "") for number in range(1, 6)))
    assert code == 0
    assert lines[0] == " chat: chat-b1 -> chat-b2, prompt v1 -> v2, the other four components unchanged"
    assert lines[-2:] == [
        "triggers/policy-dislocation.yaml and a section of RUNBOOK.md. Blanks left: 0",
        'next: git add -A && git commit -m "Propose no-system-prompt" && git push',
    ]
    publish(ana.directory, "Propose no-system-prompt")


def into_shadow(ben: Person) -> None:
    lines, code = ben.types("govern phase advance no-system-prompt", ("Advance? [Y/n] ", ""))
    assert code == 0
    assert lines[0] == "no-system-prompt   draft -> shadow"
    checks = [line.split()[1] for line in lines if line.startswith(" passed")]
    assert {"packet_complete", "baselines", "rollback_checklist", "triggers", "reversible"} < set(checks)
    assert " passed  approvals           1 of 1: ben, by this command (not signed)" in lines
    assert any("in a clone, N s: 1 of 1 back on chat-b1, same" in line for line in lines)
    assert lines[-2:] == [
        "PUBLISHED COMMIT: public stays on chat-b1; chat-b2 decides nothing",
        "next: govern evidence shadow no-system-prompt --pairs FILE",
    ]


def measure(ana: Person) -> None:
    shutil.copy(EXAMPLES / "prompt-change/data/pairs.csv", ana.directory / "pairs.csv")
    lines, code = ana.types("govern evidence shadow no-system-prompt --pairs pairs.csv")
    assert code == 0
    assert lines == [
        "450 pairs, bound to prev in 450 of 450                  delta in points of score",
        "cohort    n   prev   next  delta  worse  better  pass->fail  fail->pass",
        "public  450  0.728  0.873  +14.6     12      94           5          80",
        "mean-score-delta  +14.6 points  in band (warning < 0, critical < -3)",
        "policy-flip-rate  1.1 % (5/450)  in band (warning > 2, critical > 5)",
        "PUBLISHED COMMIT",
        "next: govern evidence explain no-system-prompt",
    ]


def explain(ana: Person) -> None:
    lines, code = ana.types(
        "govern evidence explain no-system-prompt",
        ("dimension: ", "refusal"),
        ("what moved: ", "answers, then takes half of it back"),
        ("dimension: ", "refusal"),
        ("what moved: ", "model changed"),
        ("what moved: ", "adds a warning where v1 answered plainly"),
    )
    assert code == 0
    assert " 1/2 public  real_group_nons_discr  4 worse, 4 pass->fail" in lines
    assert "     xs-v2-279 283 290 294" in lines
    assert "     refused: that is not what moved in the answers. Once more" in lines
    assert lines[-1] == "next: govern phase advance no-system-prompt --to canary"


def into_canary(ana: Person) -> None:
    lines, code = ana.types("govern phase advance no-system-prompt", ("Advance? [Y/n] ", ""))
    assert code == 0
    assert lines[0] == "no-system-prompt   shadow -> canary     10 of 10 passed (all: -v)"
    assert "PUBLISHED COMMIT: public 5 % on chat-b2, 95 % on chat-b1" in lines
