"""`govern policy`: an edit of govern.yaml is laid out value by value, and has force only once it is adopted."""

import json

import pytest

from workspaces import Clone, git

GOVERN = "governance/govern.yaml"
EDITS = {
    "wide: 1": "wide: 0",
    "waiver_at_most: P14D": "waiver_at_most: P7D",
    "  policy_change: [ana, ben]": "  policy_change: [ana]",
    "minimum: 70": "minimum: 60",
    "serving_lag: PT2M": "serving_lag: PT3M",
}
SAID = (
    "approvals.wide 1 -> 0 (looser)",
    "waiver_at_most P14D -> P7D (stricter)",
    "roles.policy_change [ana, ben] -> [ana] (stricter)",
    "checks.package_confidence.minimum 70 -> 60 (looser)",
    "surfaces.chat.serving_lag PT2M -> PT3M (looser)",
)


def edit(team: Clone, **edits: str) -> None:
    """Replace texts in govern.yaml on main."""
    path = team.directory / GOVERN
    text = path.read_text("utf-8")
    for old, new in edits.items():
        assert old in text
        text = text.replace(old, new)
    path.write_text(text, "utf-8")
    git(team.directory, "commit", "-qam", "policy")


def test_show_has_roles_and_numbers(team: Clone, govern) -> None:
    said = govern("policy", "show")
    assert said.lines[0].startswith("policy epoch 1, rules 1")
    assert " rollback_execute   ana, ben" in said.lines
    assert " baseline_verified_within: P30D" in said.lines
    assert max(map(len, said.lines)) <= 80


def test_diff_says_that_nothing_differs(team: Clone, govern) -> None:
    said = govern("policy", "diff")
    assert (said.code, said.lines) == (0, ["govern.yaml on main is the policy in force (epoch 1)"])


def test_diff_names_each_value_and_whether_it_is_looser(team: Clone, govern) -> None:
    edit(team, **EDITS, **{"epoch: 1": "epoch: 2"})
    said = govern("policy", "diff")
    assert [part for part in SAID if part not in said.text] == []
    assert "0 of 1 approvals" in said.text and "may approve: ana, ben" in said.text
    assert (said.code, said.advice) == (0, "govern policy adopt")


def test_diff_asks_for_the_next_epoch(team: Clone, govern) -> None:
    edit(team, **EDITS)
    said = govern("policy", "diff")
    assert said.code == 1 and "policy.epoch is 1: it cannot be adopted before it is 2" in said.text
    assert "Write `epoch: 2` under `policy` in governance/govern.yaml" in " ".join(said.text.split())
    assert said.advice == "govern policy adopt"
    said = govern("policy", "adopt", "--yes")
    assert said.code == 1 and "write `epoch: 2` under `policy`" in " ".join(said.text.split())
    assert said.advice == "govern policy adopt"


@pytest.mark.parametrize("verb", [("diff",), ("adopt", "--yes")])
def test_an_edit_that_nobody_else_has_is_said_to_lie_here(team: Clone, govern, verb: tuple[str, ...]) -> None:
    edit(team, **{"wide: 1": "wide: 0", "epoch: 1": "epoch: 2"})
    git(team.directory, "reset", "-q", "--soft", "HEAD^")
    said = govern("policy", *verb)
    assert "your change of it lies in your working tree, not on main" in " ".join(said.text.split())
    assert said.advice == 'git add governance && git commit -m "Change govern.yaml"'


def test_adopt_brings_the_policy_into_force_and_an_edit_alone_does_not(team: Clone, govern) -> None:
    edit(team, **{"waiver_at_most: P14D": "waiver_at_most: P7D", "epoch: 1": "epoch: 2"})
    assert " waiver_at_most: P14D" in govern("policy", "show").lines
    assert govern("policy", "approve").code == 0
    assert "1 of 1 approvals: ben (workspace/main#2)" in govern("policy", "diff").text
    assert govern("policy", "approve").code == 1  # once a person
    team.acting("ana")
    said = govern("policy", "adopt", "--yes", "--format", "json")
    record = json.loads(said.text)["data"]["records"][0]
    assert (record["event"], record["body"]["approvals"]) == ("policy_changed/1", ["workspace/main#2"])
    assert " waiver_at_most: P7D" in govern("policy", "show").lines
    assert team.audited() == []


def test_adopt_waits_for_the_quorum_of_the_policy_before(team: Clone, govern) -> None:
    edit(team, **{"policy: 1, valid": "policy: 2, valid", "epoch: 1": "epoch: 2"})
    assert govern("policy", "adopt", "--yes").code == 0
    edit(team, **{"wide: 1": "wide: 2", "epoch: 2": "epoch: 3"})
    assert govern("policy", "diff").advice == "govern policy approve"
    said = govern("policy", "adopt", "--yes")
    assert (said.code, said.advice) == (1, "govern policy approve")
    assert "1 of 2 have approved epoch 3; may approve: ana" in said.text


def test_adopt_asks_first_where_nobody_said_yes(team: Clone, govern) -> None:
    edit(team, **{"wide: 1": "wide: 2", "epoch: 1": "epoch: 2"})
    said = govern("policy", "adopt")
    assert said.code == 2 and "--yes" in said.text
    assert govern("policy", "show").lines[0].startswith("policy epoch 1")


@pytest.mark.parametrize("verb", ["approve", "adopt"])
def test_only_holders_of_the_role_may(team: Clone, govern, verb: str) -> None:
    edit(team, **{"  policy_change: [ana, ben]": "  policy_change: [ana]", "epoch: 1": "epoch: 2"})
    assert govern("policy", "adopt", "--yes").code == 0
    edit(team, **{"wide: 1": "wide: 2", "epoch: 2": "epoch: 3"})
    said = govern("policy", verb, *(["--yes"] if verb == "adopt" else []))
    assert said.code == 1 and "policy_change, which ana hold" in said.text
