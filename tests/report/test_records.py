"""Every event has its words, and values read as words."""

import json
from pathlib import Path
from typing import Any

import pytest

from govern.domain.capabilities import FOLDS
from govern.domain.records import Record
from govern.report.records import what, worded

SCHEMAS = Path(__file__).resolve().parents[2] / "schemas/records"


def example(event: str) -> dict[str, Any]:
    """A body out of the schema's own examples."""
    schema = json.loads((SCHEMAS / f"{event.replace('/', '.')}.schema.json").read_text("utf-8"))
    if schema.get("examples"):
        return dict(schema["examples"][0])
    return {name: part["examples"][0] for name, part in schema["properties"].items() if part.get("examples")}


def record(event: str, body: dict[str, Any]) -> Record:
    return Record(
        ledger=None, n=1, command="", stream="packets/p", seq=1, prev=None, event=event, at="", happened_at=None,
        actor="ana", claimed=False, main="", asked=None, policy={}, documents=None, uses=(), body=body,
    )  # fmt: skip


@pytest.mark.parametrize("event", sorted(FOLDS))
def test_every_event_says_what_it_is_about(event: str) -> None:
    said = what(record(event, example(event)))
    assert said and "{" not in said and "sha256:" not in said


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (True, "yes"),
        (1, "1"),
        (None, "none"),
        ([], ""),
        (["a", "b"], "a, b"),
        ({"a": 1, "b": ["x", "y"]}, "a 1, b (x, y)"),
        ("sha256:" + "0123456789abcdef" * 4, "sha256:0123456789ab"),
        ({"check": "approvals", "outcome": "passed"}, "approvals passed"),
    ],
)
def test_worded(value: Any, words: str) -> None:
    assert worded(value) == words
