"""Findings for people: 80 columns, a caret under the place, and nothing that moves a terminal."""

import pytest

from govern.domain.findings import Finding
from govern.report.findings import summary, text

LONG = "key: " + "word " * 60


def shown(finding: Finding, source: str = "a: 1\n") -> list[str]:
    return text([finding], {"g/x.yaml": source.encode()}, "g").split("\n")


def test_caret_stands_under_the_column() -> None:
    lines = shown(Finding("GOV-X-001", "error", "wrong", "g/x.yaml", 2, 6, "mend it"), "a: 1\nkey: value\n")
    assert lines[0] == "x.yaml:2:6  error  GOV-X-001  wrong"
    assert lines[1] == "    2 | key: value"
    assert lines[2] == "             ^ mend it"
    assert lines[1][lines[2].index("^")] == "v"


@pytest.mark.parametrize("column", [1, 6, 60, 150, 299])
def test_no_line_is_wider_than_80_columns(column: int) -> None:
    hint = "words " * 40 + "\nsecond: paragraph " + "more " * 30
    lines = shown(Finding("GOV-X-001", "error", "wrong", "g/x.yaml", 1, column, hint), LONG)
    assert max(map(len, lines)) <= 80
    source, caret = lines[1], next(line for line in lines[2:] if "^" in line)
    assert source[caret.index("^")] == LONG[column - 1]


def test_escape_sequences_never_reach_the_terminal() -> None:
    evil = "\x1b[2J\x9b31m\u202e\x07"
    finding = Finding("GOV-X-001", "error", evil, f"g/{evil}.yaml", 1, 1, f"hint {evil}\n{evil}")
    printed = text([finding], {finding.path: f"a: {evil}\n".encode()}, "g")
    assert all(character.isprintable() or character == "\n" for character in printed)


def test_finding_without_a_place_has_no_source() -> None:
    lines = shown(Finding("GOV-DOC-012", "error", "no cohorts.yaml", "g/cohorts.yaml", 0, 0, "write it"))
    assert lines == ["cohorts.yaml  error  GOV-DOC-012  no cohorts.yaml", "      write it", ""]


def test_summary_counts_and_gives_one_line_to_type() -> None:
    error = Finding("GOV-A-001", "error", "a", "x", hint="short")
    mendable = Finding("GOV-B-001", "warning", "b", "y", hint="a much longer hint", mendable=True)
    assert summary([], 1) == ("1 document, nothing found", None)
    counted, advice = summary([error], 3)
    assert counted == "1 error in 1 of 3 documents. --fix could mend none of them."
    assert advice == ("type", "govern explain GOV-A-001       (or any other code)")
    counted, advice = summary([error, mendable], 3)
    assert counted == "1 error, 1 warning in 2 of 3 documents. --fix can mend 1 of them."
    assert advice == ("type", "govern validate --fix")
