"""`govern explain` knows every code that the source can give and every check that a border asks."""

import re
from pathlib import Path

import pytest

from govern.cli.app import NOUNS, VERBS, build
from govern.domain.checks import RULES
from govern.operations.explanations import checks, codes
from workspaces import Clone

SOURCE = Path(__file__).resolve().parents[2] / "src/govern"
PACKET = "no-system-prompt"
CODE = re.compile(r"GOV-[A-Z]{3}-[0-9]{3}")
NUMBERED = re.compile(r"\bfault\(source, ([0-9]+),")  # evidence numbers its faults


def emitted() -> set[str]:
    texts = [path.read_text("utf-8") for path in SOURCE.rglob("*.py")]
    numbered = {f"GOV-EVD-{int(number):03}" for text in texts for number in NUMBERED.findall(text)}
    return numbered | {code for text in texts for code in CODE.findall(text)}


def test_every_code_of_the_source_is_explained() -> None:
    assert sorted(emitted() - set(codes())) == []
    assert [code for code, told in codes().items() if not all(told)] == []


def test_every_check_is_explained_by_its_module() -> None:
    asked = {item.name for rules in RULES.values() for items in rules.values() for item in items}
    assert set(checks()) == asked
    assert [
        check.name for check in checks().values() if "?" not in check.about and "." not in check.about
    ] == []


@pytest.mark.parametrize("name", [*codes(), *checks()])
def test_explain_answers_in_80_columns(govern, name: str) -> None:
    said = govern("explain", name)
    assert said.code == 0 and said.lines[0].startswith(name)
    assert max(map(len, said.lines)) <= 80


def test_explain_lists_everything_without_a_name(govern) -> None:
    said = govern("explain")
    assert all(name in said.text for name in (*codes(), *checks()))
    assert max(map(len, said.lines)) <= 80


def test_explain_says_where_a_check_is_asked_and_whether_it_can_be_waived(govern) -> None:
    assert "a check at shadow -> canary" in govern("explain", "shadow-bands").text
    assert "govern packet waive PACKET --check shadow_bands" in govern("explain", "shadow_bands").text
    assert "nobody can pass over it" in govern("explain", "reversible").text
    assert "a check at canary -> wide" in govern("explain", "runbook").text


LINE = re.compile(r"govern ([a-z]+)(?: ([a-z-]+))?")


@pytest.mark.parametrize("check", checks())
def test_explain_of_a_check_says_what_flips_it_by_lines_that_there_are(check: str) -> None:
    mend = checks()[check].mend
    assert "--verbose" not in mend, "that line leads here"
    named = LINE.findall(mend)
    assert named or check == "soak" or "edit" in mend or "Write" in mend
    for noun, verb in named:
        group = build(noun).registered_groups if noun in NOUNS else []
        verbs = {
            command.name or command.callback.__name__
            for each in group
            for command in each.typer_instance.registered_commands
        }
        assert noun in VERBS or verb in verbs, (noun, verb)


def test_verbose_says_of_each_check_what_brings_it_further(team: Clone, govern) -> None:
    said = govern("phase", "check", PACKET, "--verbose")
    assert said.code == 1 and f"would flip: govern evidence replay {PACKET} --build NEW-FOLDER" in said.text
    assert "would flip: govern" not in govern("phase", "check", PACKET).text


@pytest.mark.parametrize(("slip", "meant"), [("gov-trg-1", "GOV-TRG-001"), ("shadow_band", "shadow_bands")])
def test_explain_names_the_nearest_when_a_name_is_unknown(govern, slip: str, meant: str) -> None:
    said = govern("explain", slip)
    assert (said.code, said.advice) == (2, f"govern explain {meant}")
