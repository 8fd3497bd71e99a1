"""`govern log`: the right records, oldest first, in 80 columns; what has no effect is marked."""

import json

import pytest

from govern.domain.rollout.pause import Pause
from govern.operations.chronicle import Chronicle
from govern.report.records import log_answer
from workspaces import Clone

PACKET = "no-system-prompt"

SUBJECTS = {
    None: ["workspace/main", "surfaces/chat", "baselines/chat-b1", f"packets/{PACKET}"],
    "packets/no-system-prompt": [f"packets/{PACKET}"],
    PACKET: [f"packets/{PACKET}", "surfaces/chat"],  # and the bindings that it moved
    "chat": ["surfaces/chat"],
    "chat-b1": ["baselines/chat-b1"],
    "workspace": ["workspace/main"],
    "ana": ["workspace/main", "surfaces/chat", "baselines/chat-b1"],
    "public": [f"packets/{PACKET}", "surfaces/chat"],
    "mean-score-delta": [],  # a document that no record is about
}


@pytest.mark.parametrize("subject", SUBJECTS)
def test_log_lists_the_streams_of_its_subject_in_order(team: Clone, govern, subject: str | None) -> None:
    said = govern("log", *([subject] if subject else []), "--format", "json")
    records = json.loads(said.text)["data"]["records"]
    assert {record["name"].partition("#")[0] for record in records} == set(SUBJECTS[subject])
    assert [record["n"] for record in records] == sorted(record["n"] for record in records)
    assert said.code == 0


def test_log_says_what_each_record_is_in_80_columns(team: Clone, govern) -> None:
    said = govern("log", PACKET)
    assert "shadow -> canary: public" in said.text
    assert "advance: public -> chat-b2 5 %" in said.text
    assert max(map(len, said.lines)) <= 80
    assert said.lines[-1] == "next: govern show surfaces/chat#2"


def test_log_keeps_the_newest_when_limited(team: Clone, govern) -> None:
    said = govern("log", "--limit", "1")
    assert said.lines[0] == "the ledger: 10 records, the newest 1"
    assert "surfaces/chat#2" in said.text and "surfaces/chat#1" not in said.text


def test_log_ends_at_the_instant_that_is_asked(team: Clone, govern) -> None:
    said = govern("log", PACKET, "--at", "2026-11-20")
    assert said.lines[0] == f"{PACKET}: 4 records"


@pytest.mark.parametrize(
    ("slip", "meant"), [("no-sytem-prompt", f"packets/{PACKET}"), ("bben", "ben"), ("workspce", "workspace")]
)
def test_log_names_the_nearest_when_nothing_is_called_so(team: Clone, govern, slip: str, meant: str) -> None:
    said = govern("log", slip)
    assert (said.code, said.advice) == (2, f"govern log {meant}")
    assert govern(*said.advice.split()[1:]).code == 0


def test_log_marks_a_record_without_effect(team: Clone) -> None:
    record = team.done(Pause(PACKET, "the dashboard is down")).records[0]
    answer = log_answer("log", Chronicle("all", (record,), frozenset({record.name})), None)
    assert f"VOID {record.name}  packet_paused  ben" in "\n".join(answer.lines)
    assert answer.data["records"][0]["void"] is True
