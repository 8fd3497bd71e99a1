"""`govern rollback rehearse`: the way back walked on a throw-away clone, and that it was held; with `--documents` on
what a pull request brings, and only told."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from pull_requests import branch
from typed import MARCH_TO_JUNE, Keyboard, copied, into_shadow, seven_cohorts
from workspaces import git


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return seven_cohorts(tmp_path_factory.mktemp("seven"))


@pytest.fixture
def typed(
    made: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Keyboard:
    return Keyboard(copied(made, tmp_path), capsys, monkeypatch)


def test_rehearse_takes_everybody_back_and_records_it(typed: Keyboard) -> None:
    into_shadow(typed)
    refs = git(typed.directory, "for-each-ref", "refs/heads")
    said = typed("rollback", "rehearse", MARCH_TO_JUNE, who="jo")
    assert said.code == 0
    assert said.lines[0].startswith(f"{MARCH_TO_JUNE}: 7 cohorts put on next and taken back in a clone, ")
    assert said.lines[1] == "all back on the frozen baseline, same bytes"
    assert said.advice[1].startswith("govern ") and git(typed.directory, "for-each-ref", "refs/heads") != refs
    assert typed.audited() == []


def test_rehearse_writes_nothing_when_dry(typed: Keyboard) -> None:
    into_shadow(typed)
    before = typed.tip
    said = typed("rollback", "rehearse", MARCH_TO_JUNE, "--dry-run", who="jo")
    assert said.code == 0 and typed.tip == before and "would record rehearsal_held" in said.text


def test_rehearse_gives_one_object_when_json_is_asked(typed: Keyboard) -> None:
    into_shadow(typed)
    answer = typed("rollback", "rehearse", MARCH_TO_JUNE, "--format", "json", who="jo").json
    body = answer["data"]["records"][0]["body"]
    assert answer["ok"] and body["same"] is True and len(body["cohorts"]) == 7


@pytest.mark.parametrize(
    ("packet", "code", "line"), [("gpt35-jun", 2, "govern "), ("gpt35-june", 1, "govern status")]
)
def test_rehearse_is_refused_where_there_is_nothing_to_take_back(
    typed: Keyboard, packet: str, code: int, line: str
) -> None:
    into_shadow(typed)
    typed("packet", "withdraw", MARCH_TO_JUNE, "--reason", "not worth it", who="lee")
    before = typed.tip
    said = typed("rollback", "rehearse", packet, who="jo")
    assert said.code == code and said.advice[1].startswith(line) and typed.tip == before


PACKET_FILE = f"governance/packets/{MARCH_TO_JUNE}.yaml"
SAME = ("kind: packet/v1", "kind: packet/v1  # the same packet in other bytes")
FAULTY = ("kind: packet/v1", "kind: packet/v1\nsurfaces: chat")
EVERY = ("rollback", "rehearse", "--documents", "idea", "--all")
CHECK = "govern check --base main --head idea"
SAID = f"""\
documents of idea, COMMIT; policy and records of ledger TIP
SIMULATED clock
{MARCH_TO_JUNE}: 7 cohorts put on next and taken back in a clone, N s
all back on the frozen baseline, same bytes
nothing was recorded
next: {CHECK}
"""


@pytest.fixture
def idea(typed: Keyboard) -> Callable[..., None]:
    """A commit on the branch `idea`, from which people then go back to main."""

    def made(*edit: tuple[str, str]) -> None:
        branch(typed.directory, "idea").edit(PACKET_FILE, *edit).commit("An idea")
        git(typed.directory, "switch", "--quiet", "main")

    return made


@pytest.mark.parametrize("words", [EVERY, (*EVERY[:4], MARCH_TO_JUNE)], ids=["all", "one"])
def test_rehearse_of_a_branch_is_told_and_not_recorded(
    typed: Keyboard, idea: Callable[..., None], words: tuple[str, ...]
) -> None:
    idea(SAME)
    before = git(typed.directory, "for-each-ref")
    said = typed(*words)
    head = git(typed.directory, "rev-parse", "idea")
    text = re.sub(r"[0-9.]+ s$", "N s", said.out, flags=re.MULTILINE)
    assert text == SAID.replace("COMMIT", head[:7]).replace("TIP", typed.tip[:7])
    assert (said.code, git(typed.directory, "for-each-ref")) == (0, before)


def test_rehearse_of_a_branch_is_one_object_for_programs(typed: Keyboard, idea: Callable[..., None]) -> None:
    idea(SAME)
    answer = typed(*EVERY, "--format", "json").json
    (packet,) = answer["data"]["packets"]
    assert answer["ok"] and answer["data"]["next"] == CHECK
    assert (packet["packet"], packet["same"], len(packet["cohorts"])) == (MARCH_TO_JUNE, True, 7)


def test_rehearse_of_a_faulty_packet_leads_to_check(typed: Keyboard, idea: Callable[..., None]) -> None:
    idea(FAULTY)
    one, every = typed(*EVERY[:4], MARCH_TO_JUNE), typed(*EVERY)
    for said in (one, every):
        assert (said.code, said.advice) == (1, ("type", CHECK))
        assert f"{PACKET_FILE}:2: " in said.out
    assert every.lines[2].startswith(f"{MARCH_TO_JUNE}: refused: ") and "nothing was recorded" in every.lines
    assert typed(*CHECK.split()[1:]).code == 1  # and the line leads where the fault is shown


def test_rehearse_of_an_open_packet_walks_what_is_frozen_and_says_so(
    typed: Keyboard, idea: Callable[..., None]
) -> None:
    into_shadow(typed)
    idea(FAULTY)
    said = typed(*EVERY)
    assert said.code == 0
    assert said.lines[4] == "  it is open: what is frozen was walked, not what idea says"


def test_rehearse_tells_what_does_not_come_back(typed: Keyboard, idea: Callable[..., None]) -> None:
    into_shadow(typed)
    idea(FAULTY)
    git(typed.directory, "switch", "--quiet", "idea")
    prompts = sorted(path for path in typed.directory.glob("prompts/*") if path.is_file())
    for path in prompts:
        path.write_text("Be brief.\n", "utf-8")
    git(typed.directory, "commit", "--quiet", "--all", "--message=Shorter")
    said = typed(*EVERY, "--format", "json")
    assert (said.code, said.json["verdict"], said.json["data"]["type"]) == (1, "failed", CHECK)
    assert said.json["data"]["packets"][0]["differs"]
    assert "DID NOT COME BACK" in typed(*EVERY).lines


def test_rehearse_of_a_branch_without_packets_says_so(typed: Keyboard) -> None:
    branch(typed.directory, "idea").write("README.md", "hello\n").commit()
    said = typed(*EVERY)
    assert (said.code, said.lines[-2:]) == (0, ["no packet changed", f"next: {CHECK}"])


@pytest.mark.parametrize(
    ("words", "line"),
    [
        ((), "govern rollback rehearse PACKET"),
        (("--documents", "idea"), "govern rollback rehearse --documents idea --all"),
        (("--all",), "govern rollback rehearse --documents HEAD --all"),
        ((MARCH_TO_JUNE, "--all", "--documents", "HEAD"), "govern rollback rehearse --documents HEAD --all"),
        ((MARCH_TO_JUNE, "--documents", "nope"), "git branch --all"),
        (
            (MARCH_TO_JUNE[:-1], "--documents", "HEAD"),
            f"govern rollback rehearse {MARCH_TO_JUNE} --documents HEAD",
        ),
    ],
)
def test_rehearse_says_what_to_type_when_words_are_missing(
    typed: Keyboard, words: tuple[str, ...], line: str
) -> None:
    said = typed("rollback", "rehearse", *words)
    assert (said.code, said.advice) == (2, ("type", line))
