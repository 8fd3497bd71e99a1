"""Slips of the hand at the first word, and keys that a shell would cut, in lines that are to be pasted."""

import shlex

import pytest

from govern.cli.app import main
from govern.report.status import paste


@pytest.mark.parametrize(
    ("typed", "line"),
    [
        ("backtest refusal-spike", "govern trigger backtest refusal-spike"),
        ("evalute", "govern trigger evaluate"),
        ("statsu --fetch", "govern status --fetch"),
        ("trigger backtes x", "govern trigger backtest x"),
        ("zzzzzzz", "govern --help"),
    ],
)
def test_word_that_is_not_first_is_found_where_it_belongs(
    typed: str, line: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(typed.split()) == 2
    assert capsys.readouterr().err.splitlines()[-1] == f"type: {line}"


@pytest.mark.parametrize(
    "line",
    [
        "govern rollback execute p --cohort public",
        "govern rollback execute " + "p" * 40 + " --cohort '" + "a;b," * 9 + "c' --trigger packets/p#12",
        'govern package update p --retained "what stays --for good, as it is" --refined "' + "x" * 50 + '"',
    ],
)
def test_line_that_is_folded_is_the_same_line_to_a_shell(line: str) -> None:
    folded = paste(line)
    assert shlex.split("\n".join(folded).replace("\\\n", "")) == shlex.split(line)
    assert all(len(each) <= 80 for each in folded)
