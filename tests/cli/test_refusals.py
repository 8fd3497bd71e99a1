"""Every refusal ends with a whole line to paste that the command line knows; no words make it fall over."""

import shlex
from pathlib import Path

import pytest
import typer

from govern.cli.app import build
from typed import MARCH_TO_JUNE, STARTS, Keyboard, copied, into_shadow, measure, seven_cohorts
from workspaces import git

P = MARCH_TO_JUNE


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return seven_cohorts(tmp_path_factory.mktemp("seven"))


@pytest.fixture
def typed(
    made: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Keyboard:
    return Keyboard(copied(made, tmp_path), capsys, monkeypatch)


@pytest.fixture(scope="module")
def measured(made: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The packet in shadow, its pairs recorded: most borders and checks can be asked."""
    folder = copied(made, tmp_path_factory.mktemp("measured"))
    with pytest.MonkeyPatch.context() as patch:
        typed = Keyboard(folder, Silent(), patch)  # type: ignore[arg-type]
        into_shadow(typed)
        measure(typed)
    return folder


class Silent:
    """In the place of `capsys` where nobody looks at what is printed."""

    out = err = ""

    def readouterr(self) -> "Silent":
        return self


@pytest.fixture
def shadow(
    measured: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Keyboard:
    return Keyboard(measured, capsys, monkeypatch)


REFUSED = [  # what is typed, and by whom where it is not mara
    "phase check nope",
    f"phase check {P[:-1]}",
    f"phase check {P}",
    f"phase check {P} --to wide",
    f"phase check {P} --to wiede",
    f"phase check {P} --only nope",
    f"phase check {P} --only prme",
    f"phase check {P} --only a,,b",
    f"phase check {P} --at xyz",
    f"phase check {P} --at 2020-01-01",
    f"phase check {P} --workspace nope",
    f"phase advance {P}",
    f"phase advance {P} --to canary",
    f"phase advance {P} --to canary --yes --only prme",
    f"phase advance {P} --to canary --yes --actor zed",
    "phase advance gpt4-june --to shadow",
    "phase advance gpt4-june --to shadow --yes (lee)",
    f"phase extend {P} --yes",
    f"phase extend {P} --percent 0",
    "phase show nope",
    "phase history nope",
    f"packet approve {P}",
    f"packet approve {P} (lee)",
    "packet approve nope",
    f"packet waive {P} --check explaind --reason x --expires 2026-11-25",
    f"packet waive {P} --check explained --reason x --expires 2026-11-25 (lee)",
    f"packet waive {P} --check explained --reason x --expires 2027-11-25",
    f"packet waive {P} --check explained --reason x --expires soon",
    f"packet waive {P} --check shadow_pairs --reason x --expires 2026-11-25",
    f"packet waive {P} --check explained --reason '' --expires 2026-11-25",
    f"packet waive {P} --check explained --expires 2026-11-25",
    f"packet accept-risk {P} --reason x --expires 2026-11-25 (lee)",
    f"packet accept-risk {P} --reason x --expires 2026-13-01",
    "packet accept-risk gpt4-june --reason x --expires 2026-11-25",
    f"packet change {P}",
    f"packet change {P} --apply",
    f"packet change {P} --set x --reason y",
    f"packet change {P} --set a:b=1 --reason y",
    f"packet change {P} --set kpis/mean-score-delta:bands.critcal.below=-4 --reason y",
    f"packet change {P} --set kpis/mean-score-dleta:bands.critical.below=-4 --reason y",
    f"packet change {P} --set 'kpis/mean-score-delta:bands.critical.below=>' --reason y",
    f"packet on-call {P} --until later",
    f"packet on-call {P} --until 2027-01-01",
    f"packet on-call {P} --until 2026-11-20T13:00:00Z (lee)",
    f"packet resume {P}",
    "packet pause nope --reason x",
    "packet withdraw nope --reason x",
    f"evidence shadow {P} --pairs nope.csv",
    f"evidence shadow {P} --pairs README.md",
    f"evidence shadow {P} --pairs .",
    f"evidence shadow {P} --pairs data/pairs-gpt4.csv",
    "evidence shadow nope --pairs data/pairs-gpt35.csv",
    f"evidence explain {P}",
    f"evidence explain {P} --cohort prme",
    f"evidence explain {P} --moved words",
    f"evidence explain {P} --cohort prime --moved words",
    f"evidence explain {P} --cohort prime --dimension format --moved 'model changed'",
    f"evidence explain {P} --cohort prime --cluster nope --dimension format --moved 'stops early'",
    "evidence explain gpt4-june",
    "evidence list nope",
    "rollback rehearse nope",
    "status --at nope",
    "status --format yaml",
    "audit --record nope#1",
    "audit --format yaml",
]


@pytest.mark.parametrize("line", REFUSED)
def test_refusal_ends_with_a_line_that_can_be_pasted(shadow: Keyboard, line: str) -> None:
    words, _, who = line.partition(" (")
    before = shadow.tip, git(shadow.directory, "status", "--porcelain")
    said = shadow(*shlex.split(words), who=who.rstrip(")") or "mara")
    assert said.code in (1, 2), said.text
    kind, pasted = said.advice
    assert kind == "type" or kind.endswith(" types")
    assert pasted.split()[0] in STARTS
    if pasted.startswith("govern "):
        known(pasted)
    assert (shadow.tip, git(shadow.directory, "status", "--porcelain")) == before
    if who and "--to" not in words:
        assert kind == "mara types"


def known(line: str) -> None:
    """The command and every option of a line exist; raises what the command line would say."""
    words = shlex.split(line)[1:]
    tree = typer.main.get_command(build())
    context = tree.make_context("govern", list(words), resilient_parsing=True)
    command, at = tree, 0
    while hasattr(command, "commands") and at < len(words) and not words[at].startswith("-"):
        assert words[at] in command.commands, f"`{words[at]}` is no command: {line}"
        command, at = command.commands[words[at]], at + 1
    options = {name for param in command.params for name in (*param.opts, *param.secondary_opts)} | {"--help"}
    assert context is not None
    assert not [word for word in words[at:] if word.startswith("--") and word not in options], line


LONG = "a" * 5000
STRANGE = [
    ("",),
    ("", ""),
    ("phase", ""),
    ("phase", "check", ""),
    ("phase", "check", LONG),
    ("phase", "check", "../../etc/passwd"),
    ("phase", "check", "Ranker-V12"),
    ("phase", "check", "\x1b[31mred\x07"),
    ("phase", "check", "päckchen-ß-📦"),
    ("phase", "check", "a\nb"),
    ("phase", "check", "\udc80"),
    ("phase", "check", "--", "--yes"),
    ("phase", "check", P, "--only", ","),
    ("phase", "check", P, "--only", LONG),
    ("phase", "check", P, "--only", "\x00x"),
    ("phase", "check", P, "--to", ""),
    ("phase", "check", P, "--at", ""),
    ("phase", "check", P, "--at", "HEAD~1"),
    ("phase", "check", P, "--at", "9999-99-99"),
    ("phase", "check", P, "--workspace", ""),
    ("phase", "check", P, "--workspace", "/"),
    ("phase", "check", P, "--format", ""),
    ("phase", "check", P, P),
    ("phase", "advance", P, "--to", "\u202ewide", "--yes"),
    ("phase", "extend", P, "--percent", "nan", "--yes"),
    ("phase", "extend", P, "--percent", "1e999", "--yes"),
    ("phase", "extend", P, "--percent", "-1", "--yes"),
    ("phase", "extend", P, "--cohort", "a b", "--yes"),
    ("phase", "history", "../x"),
    ("packet", "waive", P, "--check", "", "--reason", "x", "--expires", ""),
    ("packet", "waive", P, "--check", "explained", "--reason", "\t", "--expires", "2026-11-25"),
    ("packet", "on-call", P, "--until", "2026-11-20T25:00:00Z"),
    ("packet", "change", P, "--set", "=", "--reason", "x"),
    ("packet", "change", P, "--set", "kpis/mean-score-delta:=1", "--reason", "x"),
    ("packet", "change", P, "--set", "kpis/mean-score-delta:bands=[[[[", "--reason", "x"),
    ("evidence", "shadow", P, "--pairs", ""),
    ("evidence", "shadow", P, "--pairs", "/dev/null"),
    ("evidence", "shadow", P, "--pairs", "https://example.com/pairs.csv"),
    ("evidence", "explain", P, "--cohort", "", "--moved", "x"),
    ("evidence", "explain", P, "--cohort", "prime", "--cluster", LONG),
    ("rollback", "rehearse", "\x7f"),
    ("status", "--at", "\x1b]0;title\x07"),
    ("status", "--actor"),
    ("audit", "--record", "#"),
    ("audit", "--record", "packets/../x#1"),
    ("--format", "json"),
    ("-x", "-y"),
]


@pytest.mark.parametrize("words", STRANGE, ids=range(len(STRANGE)))
def test_no_words_make_the_program_fall_over(shadow: Keyboard, words: tuple[str, ...]) -> None:
    before = shadow.tip
    said = shadow(*words, who="mara")
    assert said.code in (0, 1, 2, 4, 130)
    assert not any(char in said.text for char in "\x1b\x07\x7f\u202e") and shadow.tip == before
