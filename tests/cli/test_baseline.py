"""`govern baseline`: verifying, comparing with the lines of text, and finding pinned files that changed."""

import json

import pytest

from workspaces import Clone, git

V1, V2 = "prompts/system.v1.md", "prompts/system.v2.md"


def test_verify_records_method_day_and_evidence(team: Clone, govern) -> None:
    said = govern(
        "baseline", "verify", "chat-b1", "--evidence", "run 17", "--on", "2026-11-21", "--format", "json"
    )
    record = json.loads(said.text)["data"]["records"][0]
    assert record["name"] == "baselines/chat-b1#3"
    assert (record["body"]["method"], record["body"]["day"], record["body"]["evidence"]) == (
        "staging",
        "2026-11-21",
        "run 17",
    )
    assert team.audited() == []


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("chat-b1", "--method", "hope"), 2),
        (("chat-b1", "--on", "yesterday"), 2),
        (("chat-b1", "--on", "2026-02-30"), 2),
        (("chat-b1", "--on", "2026-12-24"), 1),
        (("chat-b1", "--evidence", " "), 2),
        (("chat-b9",), 2),
    ],
)
def test_verify_records_nothing_when_it_is_refused(
    team: Clone, govern, words: tuple[str, ...], code: int
) -> None:
    before = git(team.directory, "rev-parse", "govern-ledger")
    said = govern("baseline", "verify", *words)
    assert said.code == code and said.text.startswith("refused:")
    assert git(team.directory, "rev-parse", "govern-ledger") == before


def test_diff_shows_components_and_lines_of_pinned_text(team: Clone, govern) -> None:
    said = govern("baseline", "diff", "chat-b1", "chat-b2")
    assert " model       llama-2-70b-chat   same" in said.lines
    assert " prompt      v1 -> v2" in said.lines
    assert [f"--- {V1}", f"+++ {V2}"] == said.lines[4:6]
    assert any(line.startswith("+<!--") for line in said.lines)


def test_diff_says_so_when_a_pinned_file_is_not_there(team: Clone, govern) -> None:
    git(team.directory, "rm", "-q", V2)
    git(team.directory, "commit", "-qm", "gone")
    said = govern("baseline", "diff", "chat-b1", "chat-b2")
    assert said.code == 0 and f"{V1} -> {V2}: not text, or not there with these bytes" in said.text


def test_diff_names_the_nearest_when_a_baseline_is_unknown(team: Clone, govern) -> None:
    said = govern("baseline", "diff", "chat-b1", "chat-bb2")
    assert said.code == 2 and "nearest: chat-b2" in said.text


def test_drift_finds_nothing_when_all_bytes_are_there(team: Clone, govern) -> None:
    said = govern("baseline", "drift")
    assert (said.code, said.text) == (0, "2 pinned files, as bound and frozen\n")


def test_drift_gives_a_finding_for_each_file_and_brings_it_back(team: Clone, govern) -> None:
    (team.directory / V1).write_text("other\n", "utf-8")
    git(team.directory, "rm", "-q", V2)
    git(team.directory, "commit", "-qam", "tidy prompts")
    said = govern("baseline", "drift", "--format", "json")
    answer = json.loads(said.text)
    assert said.code == 1
    assert {(f["code"], f["path"]) for f in answer["findings"]} == {("GOV-DRF-001", V1), ("GOV-DRF-002", V2)}
    git(team.directory, *answer["data"]["type"].split()[1:])
    git(team.directory, "commit", "-qam", "back")
    assert V1 not in govern("baseline", "drift").text


def test_drift_looks_at_the_published_branch_and_not_at_the_working_tree(team: Clone, govern) -> None:
    (team.directory / V1).write_text("not committed\n", "utf-8")
    assert govern("baseline", "drift").code == 0
