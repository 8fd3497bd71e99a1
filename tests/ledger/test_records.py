"""The bytes of a record: one form, read back to the same value, readable as YAML by anyone."""

import io
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from govern.domain.document import canonical, digest_of
from govern.domain.records import path_of
from govern.ledger import records
from govern.ledger.history import Chain
from govern.ledger.records import RecordFault, emit, parse
from ledger.world import next_record

LEAD = next_record(Chain(), "packets/p", "0123456789abcdef", body={"to": "canary", "cohorts": ["pc-na"]})
FOLLOWER = replace(LEAD, ledger=digest_of(b"x"), n=7, seq=2, prev=digest_of(b"y"), asked=None, documents=None)

TEXT = st.text(st.characters(exclude_categories=["Cs"]))
SCALARS = st.none() | st.booleans() | st.integers(-records.MAX_INTEGER, records.MAX_INTEGER) | TEXT
VALUES = st.recursive(
    SCALARS | st.floats(allow_nan=False, allow_infinity=False),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXT, inner, max_size=4),
    max_leaves=12,
)
TIMES = st.datetimes().map(lambda moment: moment.strftime("%Y-%m-%dT%H:%M:%SZ").rjust(20, "0"))
BODIES = st.dictionaries(st.from_regex(r"[a-z][a-z0-9_]{0,20}", fullmatch=True), VALUES, max_size=5)


@settings(max_examples=150, deadline=None)
@given(body=BODIES, uses=st.lists(TEXT, max_size=3), happened=st.none() | TIMES, claimed=st.booleans())
def test_parse_gives_the_same_record_when_it_was_emitted(
    body: dict[str, Any], uses: list[str], happened: str | None, claimed: bool
) -> None:
    record = replace(FOLLOWER, body=body, uses=tuple(uses), happened_at=happened, claimed=claimed)
    data = emit(record)
    assert parse(data, path_of(record.stream, record.seq)) == record
    assert emit(parse(data, path_of(record.stream, record.seq))) == data


@settings(max_examples=60, deadline=None)
@given(body=BODIES)
def test_a_yaml_reader_sees_the_same_values_when_it_reads_a_record(body: dict[str, Any]) -> None:
    from ruamel.yaml import YAML

    data = emit(replace(FOLLOWER, body=body))
    value = YAML(typ="safe", pure=True).load(io.BytesIO(data))
    assert canonical(value["body"]) == canonical(body)
    assert value["n"] == FOLLOWER.n


def test_emit_writes_the_documented_form_when_all_is_given() -> None:
    record = replace(LEAD, happened_at="2026-11-20T09:00:00Z", claimed=True, documents={"b": "2", "a": "1"})
    assert emit(record).decode().splitlines() == [
        'kind: "record/v1"',
        "n: 1",
        'command: "0123456789abcdef"',
        'stream: "packets/p"',
        "seq: 1",
        'event: "evidence_recorded/1"',
        'at: "2026-11-20T10:00:00Z"',
        'happened_at: "2026-11-20T09:00:00Z"',
        'actor: "mara"',
        "claimed: true",
        f'main: "{"0" * 40}"',
        'asked: {"do":"test"}',
        f'policy: {{"digest":"{digest_of(b"")}","epoch":1,"rules":1}}',
        'documents: {"a":"1","b":"2"}',
        "uses: []",
        "body:",
        '  cohorts: ["pc-na"]',
        '  to: "canary"',
    ]


@pytest.mark.parametrize(
    "body",
    [
        {"value": float("nan")},
        {"value": float("inf")},
        {"value": "\ud800"},
        {"value": object()},
        {"value": -(2**53)},
        {"Not_snake": 1},
        {"with space": 1},
        {"value": list(range(records.MAX_NODES))},
        {"value": "x" * records.MAX_BYTES},
    ],
    ids=["nan", "inf", "surrogate", "object", "integer", "capital", "space", "nodes", "bytes"],
)
def test_emit_refuses_when_the_record_could_not_be_read_back(body: dict[str, Any]) -> None:
    with pytest.raises(RecordFault):
        emit(replace(LEAD, body=body))


GOOD = emit(FOLLOWER).decode()
NESTED = "[" * 20_000 + "]" * 20_000
BAD = {
    "empty": "",
    "no newline at the end": GOOD[:-1],
    "one newline more": GOOD + "\n",
    "carriage returns": GOOD.replace("\n", "\r\n"),
    "comment": GOOD.replace("n: 7\n", "n: 7 # seven\n"),
    "comment line": "# hello\n" + GOOD,
    "other kind": GOOD.replace("record/v1", "record/v2"),
    "plain text": GOOD.replace('actor: "mara"', "actor: mara"),
    "single quotes": GOOD.replace('actor: "mara"', "actor: 'mara'"),
    "spaces in json": GOOD.replace("uses: []", "uses: [ ]"),
    "unknown field": GOOD.replace("uses: []", "uses: []\nzebra: 1"),
    "other order": GOOD.replace("n: 7\n", "").replace("uses: []", "uses: []\nn: 7"),
    "field missing": GOOD.replace("seq: 2\n", ""),
    "field twice": GOOD.replace("n: 7\n", "n: 7\nn: 7\n"),
    "field within a value": GOOD.replace("n: 7\n", 'n: 7,"seq":2\n'),
    "null for absent": GOOD.replace("uses: []", "documents: null\nuses: []"),
    "claimed false": GOOD.replace('actor: "mara"', 'actor: "mara"\nclaimed: false'),
    "wrong type": GOOD.replace("n: 7", 'n: "7"'),
    "bool as number": GOOD.replace("n: 7", "n: true"),
    "float as number": GOOD.replace("n: 7", "n: 7.0"),
    "number in uses": GOOD.replace("uses: []", "uses: [1]"),
    "unsorted keys": GOOD.replace('{"digest"', '{"zebra":1,"digest"'),
    "key twice": GOOD.replace('"epoch":1', '"epoch":1,"epoch":1'),
    "nan": GOOD.replace("  to:", "  rate: NaN\n  to:"),
    "infinity": GOOD.replace("  to:", "  rate: 1e999\n  to:"),
    "big number": GOOD.replace("n: 7", f"n: {'9' * 400}"),
    "unsorted body": GOOD.replace("  cohorts:", "  zebra: 1\n  cohorts:"),
    "body not indented": GOOD.replace("  to:", "to:"),
    "body indented more": GOOD.replace("  to:", "   to:"),
    "escaped letter": GOOD.replace('"canary"', '"c\\u0061nary"'),
    "capital escape": GOOD.replace('"canary"', '"\\u007F"'),
    "raw delete": GOOD.replace('"canary"', '"\x7f"'),
    "raw line separator": GOOD.replace('"canary"', '"\u2028"'),
    "byte order mark": "\ufeff" + GOOD,
    "deep": GOOD.replace('"canary"', NESTED),
    "too big": GOOD.replace('"canary"', '"' + "x" * records.MAX_BYTES + '"'),
    "too many": GOOD.replace('"canary"', "[" + ",".join(["1"] * records.MAX_NODES) + "]"),
    "alias": GOOD.replace('"canary"', "*x"),
    "time with an offset": GOOD.replace("T10:00:00Z", "T10:00:00+00:00"),
    "time that is none": GOOD.replace("2026-11-20T10", "2026-02-30T10"),
    "main is no commit": GOOD.replace("0" * 40, "--output=x"),
    "tag": GOOD.replace('"canary"', '!!str "canary"'),
}


@pytest.mark.parametrize("text", BAD.values(), ids=BAD.keys())
def test_parse_refuses_when_the_bytes_are_not_the_one_form(text: str) -> None:
    with pytest.raises(RecordFault) as caught:
        parse(text.encode(), path_of(FOLLOWER.stream, FOLLOWER.seq))
    assert caught.value.code == "GOV-AUD-006"


def test_parse_refuses_when_the_bytes_are_no_text() -> None:
    with pytest.raises(RecordFault, match="UTF-8"):
        parse(b"\xff" + GOOD.encode(), "records/packets/p/0002.yaml")


@pytest.mark.parametrize(
    "path", ["records/packets/p/0003.yaml", "records/packets/q/0002.yaml", "records/packets/p/00002.yaml"]
)
def test_parse_refuses_when_the_record_lies_elsewhere(path: str) -> None:
    with pytest.raises(RecordFault) as caught:
        parse(GOOD.encode(), path)
    assert caught.value.code == "GOV-AUD-005"


@pytest.mark.parametrize("levels", [records.MAX_DEPTH - 2, records.MAX_DEPTH - 1, 900, 30_000])
def test_parse_and_emit_draw_the_same_line_when_values_are_nested(levels: int) -> None:
    """The record and its body are two levels; how much of the stack is left changes nothing."""
    text = GOOD.replace('"canary"', "[" * levels + "]" * levels)
    path = path_of(FOLLOWER.stream, FOLLOWER.seq)
    if levels <= records.MAX_DEPTH - 2:
        assert emit(parse(text.encode(), path)) == text.encode()
        return
    with pytest.raises(RecordFault, match="deep in each other"):
        parse(text.encode(), path)
    value: list[Any] = []
    for _ in range(levels - 1):
        value = [value]
    with pytest.raises(RecordFault):
        emit(replace(FOLLOWER, body={"x": value}))
