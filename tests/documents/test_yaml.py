"""The strict reader: what is read as what, what is refused with which code and where, limits, and no surprises."""

import random

import pytest

from govern.documents.schemas import settle_texts
from govern.documents.yaml import Limits, YamlFault, load, scan
from govern.domain.document import Place

VALUES = [
    ("a: 1", {"a": 1}),
    ("a: -0.5\nb: 1e3\nc: 1.10", {"a": -0.5, "b": 1000.0, "c": 1.1}),
    ("a: true\nb: null\nc:", {"a": True, "b": None, "c": None}),
    ("a: 2026-01-15\nb: 2026-11-20T10:00:00Z", {"a": "2026-01-15", "b": "2026-11-20T10:00:00Z"}),
    ("n: 1\ny: 2", {"n": 1, "y": 2}),
    ("a: \"yes\"\nb: '010'", {"a": "yes", "b": "010"}),
    ("a: PT5M\nb: fri noon\nc: P7D", {"a": "PT5M", "b": "fri noon", "c": "P7D"}),
    ("a: |\n  one\n  two\n", {"a": "one\ntwo\n"}),
    ("[1, {a: [x]}]", [1, {"a": ["x"]}]),
]


@pytest.mark.parametrize(("text", "value"), VALUES)
def test_load_gives_core_values(text: str, value: object) -> None:
    assert load(text.encode())[0] == value


REFUSED = [
    ("a: b: c", "GOV-YML-001", 1, 5),
    ("unit: %", "GOV-YML-001", 1, 7),
    ("a:\n\t- b", "GOV-YML-001", 2, 1),
    ('a: "x\n\ty"', "GOV-YML-001", 2, 1),
    (b"a: \xff", "GOV-YML-002", 1, 4),
    (b"\xef\xbb\xbfa: 1", "GOV-YML-002", 1, 1),
    (b"a\x00: \x001\x00", "GOV-YML-004", 1, 2),
    ("a: 1\r\nb: 2", "GOV-YML-003", 1, 5),
    ("a: \x1b[2J", "GOV-YML-004", 1, 4),
    ('a: "\\e[2J"', "GOV-YML-004", 1, 4),
    ("a: x\u202ey", "GOV-YML-004", 1, 5),
    ('a: "\\u2066"', "GOV-YML-004", 1, 4),
    ("a: yes", "GOV-YML-006", 1, 4),
    ("a: 010", "GOV-YML-006", 1, 4),
    ("a: 1_000", "GOV-YML-006", 1, 4),
    ("a: 1:30", "GOV-YML-006", 1, 4),
    ("a: 0x1", "GOV-YML-006", 1, 4),
    ("a: [~, ok]", "GOV-YML-006", 1, 5),
    ("op: >\n", "GOV-YML-007", 1, 5),
    ("op: >=\n", "GOV-YML-007", 1, 5),
    ("a: {op: >}\n", "GOV-YML-007", 1, 9),
    ("text: |\nb: 1", "GOV-YML-007", 1, 7),
    ("a: &x 1", "GOV-YML-008", 1, 4),
    ("a: *x", "GOV-YML-008", 1, 4),
    ("a: !!python/object/apply:os.system [ls]", "GOV-YML-009", 1, 4),
    ("a: ! 1", "GOV-YML-009", 1, 4),
    ("# first\n%YAML 1.9\n---\na: 1", "GOV-YML-010", 2, 1),
    ("%TAG ! tag:x\n---\na: 1", "GOV-YML-010", 1, 1),
    ("a: 1\n---\nb: 2", "GOV-YML-011", 2, 1),
    ("a: 1\nb: 2\na: 3", "GOV-YML-012", 3, 1),
    ("1: a", "GOV-YML-013", 1, 1),
    ("no: a", "GOV-YML-013", 1, 1),
    ("? [a]\n: b", "GOV-YML-013", 1, 3),
    ("<<: {a: 1}", "GOV-YML-013", 1, 1),
    ("e\u0301: 1", "GOV-YML-014", 1, 1),
    ("a: .nan", "GOV-YML-015", 1, 4),
    ("a: 1e999", "GOV-YML-015", 1, 4),
    ("a: 12345678901234567", "GOV-YML-015", 1, 4),
    ("", "GOV-YML-016", 1, 1),
    ("# nothing\n", "GOV-YML-016", 1, 1),
]


@pytest.mark.parametrize(("text", "code", "line", "column"), REFUSED)
def test_load_refuses_with_code_and_place(text: str | bytes, code: str, line: int, column: int) -> None:
    with pytest.raises(YamlFault) as caught:
        load(text if isinstance(text, bytes) else text.encode())
    fault = caught.value
    assert (fault.code, fault.line, fault.column) == (code, line, column)
    assert fault.message and fault.hint


LIMITED = [
    (b"a: " + b"x" * 300_000, {}),
    (b"[" * 100_000, {}),
    (b"a: " + b"[" * 40 + b"]" * 40, {}),
    (b"- 1\n" * 10_001, {}),
    (b"a: " + b"x" * 70_000, {}),
    (b"k" * 257 + b": 1", {}),
    (b"- 1\n" * 20, {"nodes": 10}),
]


@pytest.mark.parametrize(("data", "limits"), LIMITED)
def test_load_stops_at_a_limit(data: bytes, limits: dict[str, int]) -> None:
    with pytest.raises(YamlFault) as caught:
        load(data, limits=Limits(**limits))
    assert caught.value.code == "GOV-YML-005"


def test_positions_name_every_key_and_value() -> None:
    _, positions = load("a:\n  - {b: é, c: 1}\n  - x\n".encode())
    assert positions.of(("a",), key=True) == Place(1, 1)
    assert positions.of(("a", 0, "c"), key=True) == Place(2, 12)
    assert positions.of(("a", 0, "c")) == Place(2, 15)
    assert positions.of(("a", 1)) == Place(3, 5)
    assert positions.of(("a", 1, "nothing", 4)) == Place(3, 5)


def test_numbers_stay_text_where_the_schema_wants_text() -> None:
    text = (
        "kind: baseline/v1\nid: b1\nsurface: s\nmodel_version: 1.8.2\n"
        "components: {model: 1.10, prompt: {version: 14}, policy: yes, tools: 0x1, guardrails: 1_0}\n"
        "last_verified: 2026-01-15\n"
    )
    found = scan(text.encode())
    settle_texts("baseline", found)
    assert found.value["model_version"] == "1.8.2"
    parts = found.value["components"]
    assert (parts["model"], parts["prompt"]["version"], parts["tools"]) == ("1.10", "14", "0x1")
    assert list(found.doubts) == [("components", "policy")]  # a word is never guessed


PIECES = [
    *("- ", ": ", "? ", "[", "]", "{", "}", "&a ", "*a", "!!str ", "|\n", ">", "%YAML 1.9\n", "---\n", "\t"),
    *("'", '"', "\\", "#", "<<", "~", "\n  ", "1e999", "\r", "\x00", "@", "é"),
]


@pytest.mark.parametrize("parser", ["c", "python"])
def test_reader_gives_a_value_or_a_fault_whatever_it_is_fed(
    parser: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    import yaml

    if parser == "python":
        monkeypatch.delattr(yaml, "CSafeLoader")
    chance = random.Random(7)
    for _ in range(3000):
        data = "".join(chance.choice(PIECES) for _ in range(chance.randint(1, 30))).encode()
        try:
            load(data)
        except YamlFault as fault:
            assert fault.line >= 1 and fault.column >= 1
