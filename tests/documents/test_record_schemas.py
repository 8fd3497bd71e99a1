"""The schemas of records: one for every event that folds, each documented, each as strict as its examples show."""

from copy import deepcopy
from typing import Any

import jsonschema_rs
import pytest
import yaml

from govern.documents import schemas
from govern.domain.capabilities import FOLDS
from govern.domain.document import digest_of
from govern.domain.records import Record, path_of
from govern.ledger.records import KEYS, OPTIONAL, emit, parse

ENVELOPE = "records/record.1"
BODIES = sorted(f"records/{event.replace('/', '.')}" for event in FOLDS)
NAMES = [ENVELOPE, *BODIES]
LISTED = {"listed": digest_of(b""), "rows": 201}
APPLICATORS = ("oneOf", "anyOf", "allOf")


def parts(schema: Any, place: str = "") -> list[tuple[str, dict[str, Any]]]:
    """Every piece of a schema that describes a value, by its place."""
    if not isinstance(schema, dict):
        return []
    found = [(place, schema)]
    for keyword in ("properties", "$defs"):
        for name, piece in schema.get(keyword, {}).items():
            found += parts(piece, f"{place}/{keyword}/{name}")
    for keyword in ("items", "additionalProperties"):
        found += parts(schema.get(keyword), f"{place}/{keyword}")
    for keyword in APPLICATORS:
        for branch in schema.get(keyword, ()):
            found += parts(branch, f"{place}/{keyword}")
    return found


def properties(schema: dict[str, Any]) -> list[tuple[str, dict[str, Any]]]:
    return [
        (f"{place}/properties/{name}", piece)
        for place, part in parts(schema)
        for name, piece in part.get("properties", {}).items()
    ]


def examples() -> list[Any]:
    return [
        pytest.param(name, example, id=f"{name.removeprefix('records/')}-{number}")
        for name in NAMES
        for number, example in enumerate(schemas.read(name)["examples"])
    ]


def test_every_event_that_folds_has_a_schema_and_no_other_is_there() -> None:
    files = (schemas.folder() / "records").glob("*")
    assert sorted(file.name for file in files) == sorted(
        f"{name.removeprefix('records/')}.schema.json" for name in NAMES
    )


@pytest.mark.parametrize("name", NAMES)
def test_schema_is_named_after_its_file_and_refers_only_to_itself(name: str) -> None:
    schema = schemas.read(name)
    jsonschema_rs.meta.validate(schema)
    assert schema["$id"] == f"https://govern.invalid/schemas/{name}.schema.json"
    assert all(part["$ref"].startswith("#/$defs/") for _, part in parts(schema) if "$ref" in part)


@pytest.mark.parametrize("name", NAMES)
def test_every_property_says_what_it_is_and_shows_it(name: str) -> None:
    schema = schemas.read(name)
    assert schema["title"] and schema["description"] and schema["examples"]
    for place, piece in properties(schema):
        assert {"title", "description", "examples"} <= piece.keys(), place
        validator = jsonschema_rs.Draft202012Validator({**piece, "$defs": schema.get("$defs", {})})
        assert [shown for shown in piece["examples"] if not validator.is_valid(shown)] == [], place


@pytest.mark.parametrize("name", NAMES)
def test_every_object_is_closed_or_a_map(name: str) -> None:
    """Open are alone the two parts of a policy's view whose fields belong to workspace/v1."""
    places = {
        place
        for place, part in parts(schemas.read(name))
        if part.get("type") == "object" and "additionalProperties" not in part
    }
    view = "/$defs/view/properties"
    assert places <= {f"{view}/policy", f"{view}/surfaces/additionalProperties"}


@pytest.mark.parametrize(("name", "example"), examples())
def test_example_fits(name: str, example: dict[str, Any]) -> None:
    assert schemas.fits(name, example)


@pytest.mark.parametrize(("name", "example"), examples())
def test_example_does_not_fit_when_a_field_is_missing_added_or_of_another_type(
    name: str, example: dict[str, Any]
) -> None:
    optional = {
        field for other in schemas.read(name)["examples"] for field in example.keys() - other.keys()
    } | (OPTIONAL if name == ENVELOPE else set())
    for field in example:
        rest = {key: value for key, value in example.items() if key != field}
        assert field in optional or not schemas.fits(name, rest), field
        assert not schemas.fits(name, example | {field: [[]]}), field
    assert not schemas.fits(name, example | {"surprise": 1})


@pytest.mark.parametrize(("name", "example"), examples())
def test_closed_objects_inside_an_example_take_no_other_field(name: str, example: dict[str, Any]) -> None:
    schema = schemas.read(name)
    for part in schemas.walk(schema, example):
        if part.schema.get("additionalProperties") is False and isinstance(part.value, dict):
            changed = deepcopy(example)
            inner: Any = changed
            for step in part.pointer:
                inner = inner[step]
            inner["surprise"] = 1
            assert not schemas.fits(name, changed), part.pointer


@pytest.mark.parametrize("name", BODIES)
def test_long_list_of_a_body_may_lie_in_a_table(name: str) -> None:
    for example in schemas.read(name)["examples"]:
        for field in (field for field, value in example.items() if isinstance(value, list)):
            assert schemas.fits(name, example | {field: LISTED}), field
            assert not schemas.fits(name, example | {field: LISTED | {"rows": "201"}}), field


WRONG = [
    ("phase_advanced", 0, {"to": "canary"}, "frozen is for the way into shadow"),
    ("phase_advanced", 1, {"to": "shadow"}, "into shadow without frozen bytes"),
    ("phase_advanced", 1, {"to": "draft"}, "no way into draft"),
    ("rolled_back", 0, {"note": "it was us"}, "a note, and a note that is owed"),
    ("rolled_back", 0, {"range": {"since": "2026-11-21"}}, "a day is no instant"),
    ("approval_given", 0, {"role": "policy_change"}, "a dossier approved as a policy"),
    ("approval_given", 0, {"epoch": 2}, "both shapes at once"),
    ("approval_given", 1, {"epoch": 1}, "the first policy needs no approval"),
    ("binding_changed", 1, {"cause": "whim"}, "no such cause"),
    ("waiver_granted", 0, {"outcome": "passed"}, "nothing to waive"),
    ("waiver_granted", 0, {"reason": "  "}, "no reason"),
    ("baseline_verified", 0, {"method": "hearsay"}, "no such method"),
    ("promotions_frozen", 0, {"cohorts": ["pc na"]}, "no cohort key"),
]


@pytest.mark.parametrize(
    ("event", "number", "change", "why"), WRONG, ids=[f"{case[0]}: {case[3]}" for case in WRONG]
)
def test_body_does_not_fit_when_it_makes_no_sense(
    event: str, number: int, change: dict[str, Any], why: str
) -> None:
    name = f"records/{event}.1"
    assert not schemas.fits(name, schemas.read(name)["examples"][number] | change), why


def test_pairs_do_not_fit_without_their_items() -> None:
    pairs = schemas.read("records/evidence_recorded.1")["examples"][0]
    counted = pairs | {"source": pairs["source"] | {"name": "decisions"}}
    for measured, fits in ((pairs, False), (counted, True)):
        rest = {key: value for key, value in measured.items() if key != "items"}
        assert schemas.fits("records/evidence_recorded.1", rest) is fits


def test_envelope_has_the_fields_that_the_ledger_writes() -> None:
    schema = schemas.read(ENVELOPE)
    assert tuple(schema["properties"]) == KEYS
    assert set(schema["required"]) == set(KEYS) - OPTIONAL


@pytest.mark.parametrize("example", schemas.read(ENVELOPE)["examples"])
def test_written_record_fits_when_read_as_plain_yaml(example: dict[str, Any]) -> None:
    given: dict[str, Any] = dict.fromkeys(OPTIONAL) | {"claimed": False} | example
    given |= {"uses": tuple(example["uses"])}
    record = Record(**{key: given[key] for key in KEYS[1:]})
    data = emit(record)
    assert parse(data, path_of(record.stream, record.seq)) == record
    assert yaml.load(data, Loader=yaml.CSafeLoader) == example
    name = f"records/{record.event.replace('/', '.')}"
    assert schemas.fits(ENVELOPE, example) and schemas.fits(name, record.body)
