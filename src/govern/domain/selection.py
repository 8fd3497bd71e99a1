"""Which cohorts a document means: explicit keys, or a selector on attributes, expanded once at the decision."""

from collections.abc import Mapping, Sequence
from typing import Any

Dictionary = Mapping[str, Mapping[str, Any]]  # cohort key -> attributes


def is_cohort_key(text: str) -> bool:
    return 1 <= len(text) <= 128 and all("!" <= char <= "~" and char not in "\"'," for char in text)


def expand(selector: Sequence[str] | Mapping[str, Any], dictionary: Dictionary) -> tuple[str, ...]:
    """Sorted keys. Explicit keys are taken as they stand, known or not; a selector matches the dictionary."""
    if isinstance(selector, Mapping):
        return tuple(sorted(key for key, tags in dictionary.items() if matches(tags, selector["where"])))
    return tuple(sorted(set(selector)))


def matches(attributes: Mapping[str, Any], where: Mapping[str, Any]) -> bool:
    """Every named attribute has one of the wanted values."""
    return all(
        attributes.get(name) in (wanted if isinstance(wanted, list | tuple) else (wanted,))
        for name, wanted in where.items()
    )


def attributes_of(dictionary: Dictionary, cohort: str) -> dict[str, Any]:
    """The attributes that are kept with a binding: everything but the title."""
    return {name: value for name, value in dictionary.get(cohort, {}).items() if name != "title"}
