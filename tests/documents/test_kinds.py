"""Every kind of document is complete: a schema that explains itself, an example that fits, cases that do not.

The schemas are read here as plain JSON and judged by jsonschema alone; how a fault becomes a finding with
a place is tested elsewhere, on the same cases.
"""

import json
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest
import yaml
from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError
from referencing import Registry

from govern.domain.baseline import baseline_digest, components_of
from govern.domain.document import FOLDERS, KINDS, digest_of

ROOT = Path(__file__).parents[2]
CASES = ROOT / "tests" / "cases" / "documents"
TEAM = ROOT / "examples" / "team"

ANNOTATIONS = {
    "x-govern-ref",
    "x-govern-person",
    "x-govern-cohort",
    "x-govern-surface",
    "x-govern-role",
    "x-govern-trigger-class",
    "x-govern-source",
    "x-govern-attribute",
    "x-govern-path",
    "x-govern-glob",
    "x-govern-text",
}
CODES = {
    "const": "GOV-DOC-001",
    "required": "GOV-DOC-002",
    "type": "GOV-DOC-003",
    "additionalProperties": "GOV-DOC-004",
    "enum": "GOV-DOC-005",
    "pattern": "GOV-DOC-006",
    "minLength": "GOV-DOC-006",
    "maxLength": "GOV-DOC-006",
    "minimum": "GOV-DOC-007",
    "maximum": "GOV-DOC-007",
    "exclusiveMinimum": "GOV-DOC-007",
    "exclusiveMaximum": "GOV-DOC-007",
    "minItems": "GOV-DOC-007",
    "maxItems": "GOV-DOC-007",
    "minProperties": "GOV-DOC-007",
    "maxProperties": "GOV-DOC-007",
}
FREE_TEXT_CONDITION = ("trigger", ("condition",), "type", "GOV-TRG-001")
SIXTH_KPI = ("packet", ("monitoring", "kpis"), "maxItems", "GOV-PKT-003")

HYPHENATED = "(-[a-z0-9]+)*"  # linear: each round begins with a hyphen, which the round itself cannot hold
NESTED_QUANTIFIER = re.compile(r"[*+}][^()]*\)[*+{]")


def schema_of(kind: str) -> dict[str, Any]:
    schema: dict[str, Any] = json.loads((ROOT / f"schemas/{kind}.v1.schema.json").read_text(encoding="utf-8"))
    return schema


def validator(schema: Any) -> Draft202012Validator:
    return Draft202012Validator(schema, registry=Registry())  # an empty registry: nothing is fetched


def subschemas(schema: Any, at: str = "#") -> Iterator[tuple[str, dict[str, Any]]]:
    """Every schema inside `schema`, itself first, each with the way to it."""
    yield at, schema
    for word in ("properties", "$defs"):
        for name, inner in schema.get(word, {}).items():
            yield from subschemas(inner, f"{at}/{word}/{name}")
    for word in ("items", "additionalProperties", "propertyNames", "if", "then", "else"):
        if isinstance(schema.get(word), dict):
            yield from subschemas(schema[word], f"{at}/{word}")
    for word in ("allOf", "anyOf"):
        for index, inner in enumerate(schema.get(word, ())):
            yield from subschemas(inner, f"{at}/{word}/{index}")


def is_documented(at: str) -> bool:
    """Whether a reader meets the schema at `at` as a field, and not as part of a condition."""
    way = at.split("/")
    conditional = {"if", "then", "else", "allOf", "anyOf"} & set(way)
    named = way[-2:-1] in (["properties"], ["$defs"])
    return not conditional and (named or way[-1] == "additionalProperties")


def parse(text: str | bytes) -> Any:
    return yaml.load(text, yaml.CSafeLoader)


def examples_of(kind: str) -> list[Path]:
    """Files below the examples that say they are of this kind."""
    return [
        path
        for path in sorted((ROOT / "examples").rglob("*.yaml"))
        if f"kind: {kind}/v1\n" in path.read_text(encoding="utf-8")
    ]


def mistakes(errors: list[ValidationError]) -> list[ValidationError]:
    """Without the missing fields of an object that has an unknown one: that is one field, misspelt."""
    misspelt = [tuple(error.absolute_path) for error in errors if error.validator == "additionalProperties"]
    return [
        error
        for error in errors
        if error.validator != "required" or tuple(error.absolute_path) not in misspelt
    ]


def code_of(kind: str, error: ValidationError) -> str:
    for special_kind, path, word, code in (FREE_TEXT_CONDITION, SIXTH_KPI):
        if (kind, tuple(error.absolute_path), error.validator) == (special_kind, path, word):
            return code
    return CODES[str(error.validator)]


@pytest.fixture(params=KINDS)
def kind(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def test_schema_is_valid_and_closed(kind: str) -> None:
    schema = schema_of(kind)
    Draft202012Validator.check_schema(schema)
    assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert schema["$id"] == f"https://govern.invalid/schemas/{kind}.v1.schema.json"
    assert schema["properties"]["kind"]["const"] == f"{kind}/v1"
    assert schema["title"] and schema["description"] and "kind" in schema["required"]
    fields = [inner for at, inner in subschemas(schema) if is_documented(at) and "properties" in inner]
    assert schema["additionalProperties"] is False
    assert all("additionalProperties" in inner for inner in fields)


def test_every_field_explains_itself(kind: str) -> None:
    silent = [
        f"{at}: {word}"
        for at, inner in subschemas(schema_of(kind))
        if is_documented(at)
        for word in ("title", "description", "examples")
        if not inner.get(word)
    ]
    assert silent == []


def test_every_example_value_fits_its_field(kind: str) -> None:
    schema = schema_of(kind)
    wrong = [
        f"{at}: {example!r}: {error.message}"
        for at, inner in subschemas(schema)
        for example in inner.get("examples", ())
        for error in validator({"$defs": schema.get("$defs", {}), **inner}).iter_errors(example)
    ]
    assert wrong == []


def test_references_stay_in_the_file_and_annotations_are_known(kind: str) -> None:
    for at, inner in subschemas(schema_of(kind)):
        assert inner.get("$ref", "#/").startswith("#/"), at
        assert {word for word in inner if word.startswith("x-")} <= ANNOTATIONS, at
        assert inner.get("x-govern-ref", "kpi") in FOLDERS, at


def test_patterns_are_linear(kind: str) -> None:
    patterns = [inner["pattern"] for _, inner in subschemas(schema_of(kind)) if "pattern" in inner]
    assert [p for p in patterns if NESTED_QUANTIFIER.search(p.replace(HYPHENATED, ""))] == []


def test_unique_lists_are_bounded(kind: str) -> None:
    """Comparing all items of a list with each other is quadratic: its length must have a limit."""
    unique = [inner for _, inner in subschemas(schema_of(kind)) if inner.get("uniqueItems")]
    assert all("maxItems" in inner for inner in unique)


def test_an_example_document_fits(kind: str) -> None:
    paths = examples_of(kind)
    check = validator(schema_of(kind))
    wrong = [f"{path}: {e.message}" for path in paths for e in check.iter_errors(parse(path.read_bytes()))]
    assert paths and wrong == []


def test_negative_cases_fail_as_they_say(kind: str) -> None:
    paths = sorted((CASES / kind).glob("*.yaml"))
    assert len(paths) >= 3
    check = validator(schema_of(kind))
    for path in paths:
        case = parse(path.read_bytes())
        errors = list(check.iter_errors(parse(case["document"])))
        found = [code_of(kind, error) for error in mistakes(errors)]
        assert Counter(found) == Counter(case["expect"]), path.name


def test_both_validators_agree_on_every_case(kind: str) -> None:
    """They have different pattern engines; the fast one decides whether the other is asked at all."""
    fast = jsonschema_rs.validator_for(schema_of(kind))
    assert all(fast.is_valid(parse(path.read_bytes())) for path in examples_of(kind))
    for path in sorted((CASES / kind).glob("*.yaml")):
        assert not fast.is_valid(parse(parse(path.read_bytes())["document"])), path.name


def test_example_documents_lie_where_their_kind_and_id_say() -> None:
    for kind, folder in FOLDERS.items():
        for path in examples_of(kind):
            assert (path.parent.name, path.stem) == (folder, parse(path.read_bytes())["id"])


def test_digests_in_the_example_are_those_of_the_files() -> None:
    def pinned(pattern: str) -> dict[str, str]:
        return {str(p.relative_to(TEAM)): digest_of(p.read_bytes()) for p in sorted(TEAM.glob(pattern))}

    packet = parse((TEAM / "governance/packets/ranker-v12.yaml").read_bytes())
    for side in ("prev", "next"):
        value = parse((TEAM / f"governance/baselines/{packet[side]['baseline']}.yaml").read_bytes())
        assert packet[f"model_version_{side}"] == value["model_version"]
        digest = baseline_digest(value["surface"], value["model_version"], components_of(value, pinned))
        assert packet[side]["digest"] == digest
    answers = parse((TEAM / "answers/2026-11-18.yaml").read_bytes())
    card = TEAM / "governance/cards" / f"{answers['card']}.yaml"
    assert answers["card_digest"] == digest_of(card.read_bytes())


def test_card_repeats_the_rule_of_its_package() -> None:
    for path in examples_of("card"):
        card = parse(path.read_bytes())
        package = parse((path.parent.parent / "packages" / f"{card['package_id']}.yaml").read_bytes())
        for field in ("trigger_class", "criteria", "recovery_window"):
            assert card[field] == package[field]
