"""The documentation cannot lie: pages are run, generated, or compared with the program."""

import ast
import os
import re
import runpy
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from docs.console import Terminals, differs, steps
from docs.pages import PAGES, REFERENCE, ROOT, anchors, commands, lines_of, links, name, named
from docs.starts import BEGINS, begun
from govern.errors import ExitCode

RUN = [page for page in PAGES if BEGINS.match(page.read_text("utf-8"))]
GENERATOR = runpy.run_path(str(ROOT / "docs" / "generate.py"))
STOPS = ("RepositoryError",)  # refusals that a page of first aid answers
OWN = ("docs", "how-to", "explanation")
HERE = "src/govern/operations/workspace.py"  # where words of the command stop it as well


@cache
def tree() -> Any:
    from typer.main import get_command

    from govern.cli.app import build

    return get_command(build())


PAGE = """
```console
$ printf 'at nine\\n1a2b3c4d in 0.3 s\\n'
at nine
9f8e7d6c in 1.25 s
```
"""


@pytest.mark.parametrize(
    ("told", "instead", "caught"),
    [
        ("at nine\n", "at nine\n", False),
        ("at nine\n9", "...\n9", False),
        ("1.25 s\n", "1.25 s\n...\n", False),
        ("at nine\n9", "at \\\n  nine\n9", False),
        ("at nine\n9", "at ten\n9", True),
        ("at nine\n9", "9", True),
        ("1.25 s\n", "1.25 s\nand more\n", True),
        ("1.25 s\n", "1.25 s\n[exit 1]\n", True),
    ],
)
def test_a_page_is_caught_when_it_lies(told: str, instead: str, caught: bool, tmp_path: Path) -> None:
    (step,) = steps(PAGE.replace(told, instead))
    assert bool(differs(step, *Terminals(tmp_path, dict(os.environ)).run(step))) is caught


@pytest.mark.parametrize("page", RUN, ids=name)
def test_a_page_prints_what_it_says_when_typed(page: Path, tmp_path: Path) -> None:
    text = page.read_text("utf-8")
    terminals = begun(text, tmp_path)
    faults = [fault for step in steps(text) if (fault := differs(step, *terminals.run(step)))]
    assert not faults, "\n\n".join([name(page), *faults])


@pytest.mark.parametrize("page", GENERATOR["PAGES"])
def test_the_reference_is_what_the_program_says(page: str) -> None:
    assert (REFERENCE / page).read_text("utf-8") == GENERATOR["text_of"](page), "run `make docs`"


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_every_link_leads_somewhere(page: Path) -> None:
    lost = []
    for link in links(page):
        target, _, anchor = link.partition("#")
        file = (page.parent / target).resolve() if target else page
        if not file.exists() or (anchor and anchor not in anchors(file)):
            lost.append(link)
    assert lost == []


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_every_command_line_is_known(page: Path) -> None:
    faults = [
        f"line {line}: govern {' '.join(words)}: {why}"
        for line, words in commands(page)
        if (why := unknown(words))
    ]
    assert faults == []


def unknown(words: list[str]) -> str:
    """What of a command line the program does not know; empty where it knows all."""
    command, rest = tree(), list(words)
    while rest and getattr(command, "commands", None) and not rest[0].startswith("-"):
        verb = rest.pop(0)
        if verb in ("COMMAND", "…"):
            return ""
        if verb not in command.commands:
            return f"no command `{verb}`"
        command = command.commands[verb]
    context = command.context_class(command, info_name="govern")
    if rest and rest[-1] in wanting_a_value(command):
        rest.append("X")  # named in a sentence, without its value
    try:
        _, left, _ = command.make_parser(context).parse_args(rest)
    except Exception as error:  # whatever the command-line library says
        return str(getattr(error, "message", error))
    return f"too many words: {' '.join(left)}" if left and not getattr(command, "commands", None) else ""


def wanting_a_value(command: Any) -> set[str]:
    options = (each for each in command.params if each.param_type_name == "option" and not each.is_flag)
    return {word for option in options for word in option.opts}


def test_every_command_is_shown_on_a_page() -> None:
    shown = [" ".join(["govern", *words, ""]) for page in PAGES for _, words in commands(page)]
    leaves = (leaf for leaf, _ in GENERATOR["leaves"](tree()))
    assert [leaf for leaf in leaves if not any(line.startswith(f"{leaf} ") for line in shown)] == []


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_every_path_that_is_named_exists(page: Path) -> None:
    lost = []
    for path, inside in named(page):
        file = ROOT / path
        if "NAME" in path or "KIND" in path:
            continue
        if not file.exists() or (inside and inside not in defined(file)):
            lost.append(f"{path}:{inside}")
    assert lost == []


def test_every_room_is_on_the_map() -> None:
    rooms = {path.parent.name for path in (ROOT / "src/govern").glob("*/__init__.py")}
    page = (ROOT / "docs/architecture.md").read_text("utf-8")
    assert {room for room in rooms if f"| `src/govern/{room}` |" not in page} == set()


def defined(file: Path) -> set[str]:
    nodes = ast.walk(ast.parse(file.read_text("utf-8")))
    return {node.name for node in nodes if isinstance(node, ast.FunctionDef | ast.ClassDef)}


@pytest.mark.parametrize("page", [page for page in PAGES if page.parts[-2] in OWN], ids=name)
def test_screens_fit_80_columns_and_prose_120(page: Path) -> None:
    lines = ((number, line, 80 if code else 120) for number, line, code in lines_of(page))
    long = [number for number, line, limit in lines if len(line) > limit and not line.startswith("|")]
    assert long == []


def test_the_exit_codes_are_those_of_the_program() -> None:
    text = (ROOT / "docs/explanation/exit-codes.md").read_text("utf-8")
    rows = re.findall(r"^\| (\d+) \| (\w+) \|", text, re.MULTILINE)
    assert {word: int(number) for number, word in rows} == {code.name: code.value for code in ExitCode}


def test_first_aid_answers_every_refusal_of_the_repository() -> None:
    page = " ".join((ROOT / "docs/how-to/first-aid.md").read_text("utf-8").split())
    assert [text for text in sorted(refusals()) if text not in page] == []


def refusals() -> set[str]:
    """The fixed parts of every message with which a repository stops a command."""
    found: set[str] = set()
    for file in (ROOT / "src/govern").rglob("*.py"):
        stops = (*STOPS, "UsageError") if file == ROOT / HERE else STOPS
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") in stops and node.args:
                parts = [node.args[0], *getattr(node.args[0], "values", [])]
                texts = [part.value for part in parts if isinstance(part, ast.Constant)]
                found |= {text.strip(" `:;,") for text in texts if len(text) > 9}
    return found


FIGURES = re.compile(
    r"^\| (\w+) \| ([\d,]+) \| ([\d.]+) \| ([\d.]+) \| ([+-][\d.]+) \| ([\d.]+) \|$", re.MULTILINE
)


def test_the_figures_of_the_cohorts_are_those_of_the_data(shared_data: Path) -> None:
    oracle = (shared_data / "pairs_llmdrift/expected_by_cohort.csv").read_text("utf-8").splitlines()
    head = oracle[0].split(",")
    rows = [dict(zip(head, line.split(","), strict=True)) for line in oracle[1:]]
    wanted = {
        (
            row["cohort_key"],
            f"{int(row['n']):,}",
            f"{float(row['mean_prev']):.3f}",
            f"{float(row['mean_next']):.3f}",
            f"{100 * float(row['delta']):+.1f}",
            f"{100 * int(row['pass_to_fail']) / int(row['n']):.1f}",
        )
        for row in rows
        if row["cohort_key"] != "ALL"
    }
    page = (ROOT / "docs/explanation/why-cohorts.md").read_text("utf-8")
    assert set(FIGURES.findall(page)) == wanted
