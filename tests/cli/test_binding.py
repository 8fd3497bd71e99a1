"""`govern binding`: who is on what, now, at an instant and through a day, and by whose decision."""

import json

import pytest

from workspaces import Clone


def test_binding_show_groups_everybody(team: Clone, govern) -> None:
    said = govern("binding", "show")
    assert said.lines[:2] == ["chat", " chat-b1   default, and every key that nobody bound by name"]
    assert " chat-b2 5 %, else chat-b1   public" in said.lines


def test_binding_show_gives_the_bundle_of_a_cohort(team: Clone, govern) -> None:
    said = govern("binding", "show", "--surface", "chat", "--cohort", "public")
    for part in (
        "prompt       v2 (prompts/system.v2.md sha256:",
        "calibration  initial",
        "stamped      llama-2-70b-chat+v2",
        "packet       no-system-prompt, now canary",
        "lead packets/no-system-prompt#5",
        "decided by   ben",
    ):
        assert part in said.text
    assert said.advice == "govern audit --record surfaces/chat#2"


def test_binding_show_lists_every_change_of_a_day(team: Clone, govern) -> None:
    said = govern("binding", "show", "--cohort", "public", "--at", "2026-11-21")
    assert said.lines[0] == "chat, public, 2026-11-21 (a day: every change in it)"
    assert said.lines[1].startswith(" 00:00:00  chat-b1   since 2026-11-20T09:00:00Z")
    assert said.lines[2].startswith(" 09:30:00  chat-b2 5 %, else chat-b1")
    assert "no change in it" in govern("binding", "show", "--cohort", "public", "--at", "2026-11-22").text


@pytest.mark.parametrize(
    ("at", "baseline"), [("2026-11-21T09:29:59Z", "chat-b1"), ("2026-11-21T09:30:00Z", "chat-b2")]
)
def test_binding_show_is_exact_to_the_second(team: Clone, govern, at: str, baseline: str) -> None:
    said = govern("binding", "show", "--cohort", "public", "--at", at, "--format", "json")
    assert json.loads(said.text)["data"]["bindings"][0]["to"]["baseline"] == baseline


def test_binding_show_says_that_an_unknown_key_is_on_the_default(team: Clone, govern) -> None:
    said = govern("binding", "show", "--cohort", "pubilc")
    assert said.code == 0
    assert "such a key is on the default" in said.text and "nearest known\n      key: public" in said.text
    assert "bound to     chat-b1" in said.text


@pytest.mark.parametrize(
    ("words", "line"),
    [
        (("--surface", "caht"), "govern binding show --surface chat"),
        (("--cohort", "a b"), "govern binding show"),
        (("--at", "yesterday"), "govern log"),
        (("--cohort", "public", "--at", "2026-11-20T08:00:00Z"), "govern binding history --surface chat"),
    ],
)
def test_binding_show_says_what_to_type_when_it_cannot(
    team: Clone, govern, words: tuple[str, ...], line: str
) -> None:
    said = govern("binding", "show", *words)
    assert (said.code, said.advice) == (2, line)


@pytest.mark.parametrize(
    ("words", "count"), [((), 2), (("--cohort", "public"), 2), (("--cohort", "other"), 1)]
)
def test_binding_history_has_every_change(team: Clone, govern, words: tuple[str, ...], count: int) -> None:
    changes = json.loads(govern("binding", "history", *words, "--format", "json").text)["data"]["changes"]
    assert len(changes) == count
    assert [change["at"] for change in changes] == sorted(change["at"] for change in changes)
