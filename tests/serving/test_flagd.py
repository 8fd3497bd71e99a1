"""flagd's flags say what the Resolver says: by flagd's own evaluator, by flagd's schemas, by our own cross-check."""

import json
from copy import deepcopy
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from openfeature.contrib.tools.flagd.core import FlagdCore
from openfeature.evaluation_context import EvaluationContext
from referencing import Registry, Resource

from govern.errors import RefusedError
from govern.serving import DatafileError, Resolver
from govern.serving.flagd import check_flags, flags_of
from serving.datafiles import ASKED, TWO_CALIBRATIONS, UNCALIBRATED, bytes_of, changed, resolved, split, whole

ADOPTED = changed("surfaces.ranking.default", "ranking-b7", changed("surfaces.ranking.calibration", "cal-9"))
DATAFILES = {
    "next-for-some": whole(),
    "one-baseline-under-two-calibrations": TWO_CALIBRATIONS,
    "and-under-none": UNCALIBRATED,
    "adopted": ADOPTED,
    "no-surfaces": changed("surfaces", {}),
}


@pytest.mark.parametrize("datafile", DATAFILES.values(), ids=DATAFILES)
def test_flagd_serves_what_the_resolver_serves(datafile: dict[str, Any]) -> None:
    core, resolver = FlagdCore(), Resolver(bytes_of(datafile))
    core.set_flags(json.dumps(flags_of(datafile)))
    for surface in datafile["surfaces"]:
        for context in ASKED:
            details = core.resolve_object_value(
                surface, {"code": "default"}, EvaluationContext("u1", context)
            )
            assert details.value == resolved(resolver, surface, context), context
            assert details.flag_metadata["version"] == str(datafile["n"])


@pytest.mark.parametrize("datafile", DATAFILES.values(), ids=DATAFILES)
def test_flags_fit_the_schemas_of_flagd(datafile: dict[str, Any], shared_data: Path) -> None:
    folder = shared_data / "conformance_flagd/schemas"
    base = "https://flagd.dev/schema/v0/"
    registry: Registry[Any] = Registry().with_resources(
        (base + name, Resource.from_contents(json.loads((folder / name).read_bytes())))
        for name in ("flags.json", "targeting.json", "flagd.json")
    )
    for name in ("flags.json", "flagd.json"):
        check = jsonschema.Draft7Validator({"$ref": base + name}, registry=registry)
        assert [error.message for error in check.iter_errors(flags_of(datafile))] == []


def test_a_share_of_a_cohort_is_refused_by_name() -> None:
    datafile = changed("surfaces.ranking.cohorts.pc-eu.percent", 5, split())
    with pytest.raises(RefusedError, match=r"ranking/pc-eu at 5 %, ranking/pc-na at 33.33 %"):
        flags_of(datafile)


def test_what_is_no_datafile_is_refused() -> None:
    with pytest.raises(DatafileError, match=r"surfaces\.ranking\.default names the baseline 'b9'"):
        flags_of(changed("surfaces.ranking.default", "b9"))


def test_flags_hold_no_trap() -> None:
    text = json.dumps([flags_of(datafile) for datafile in DATAFILES.values()])
    assert "fractional" not in text and "DISABLED" not in text and "$ref" not in text
    one = changed("surfaces.ranking.cohorts", {"pc-na": whole()["surfaces"]["ranking"]["cohorts"]["pc-na"]})
    assert flags_of(one)["flags"]["ranking"]["targeting"] == {
        "if": [{"in": [{"var": "cohort_key"}, ["pc-na"]]}, "ranking-b7", "ranking-b6"]
    }


@pytest.mark.parametrize("datafile", DATAFILES.values(), ids=DATAFILES)
def test_cross_check_agrees_with_what_is_exported(datafile: dict[str, Any]) -> None:
    assert check_flags(flags_of(datafile), datafile) == []


RULES = ("flags", "ranking", "targeting", "if")
WRONG: list[tuple[str, tuple[str | int, ...], Any, str]] = [
    ("a text for a list", (*RULES, 4, "in", 1), "pc-na", "not a rule that this program writes"),
    (
        "a cohort on the wrong variant",
        (*RULES, 4, "in", 1, 0),
        "stranger",
        "is on ranking-b7: the flag serves",
    ),
    ("a variant that is not there", (*RULES, 5), "ranking-b9", "there is no variant 'ranking-b9'"),
    ("a default that is not there", (*RULES, 6), "next", "there is no variant 'next'"),
    (
        "another default",
        (*RULES, 6),
        "ranking-b7",
        "/None is on ranking-b6: the flag serves {'baseline': 'ranking-b7'",
    ),
    ("no targeting", RULES[:-1], {}, "is on ranking-b7: the flag serves {'baseline': 'ranking-b6'"),
    ("switched off", ("flags", "ranking", "state"), "DISABLED", "the flag is not enabled"),
    ("another digest", ("flags", "ranking", "variants", "ranking-b7", "digest"), "x", "is on ranking-b7"),
    ("another attribute", (*RULES, 4, "in", 0, "var"), "cohort", "is on ranking-b7"),
    ("fractional", (*RULES, 4), {"fractional": []}, "not a rule that this program writes"),
    ("no flags", ("flags",), {}, "there is no such flag"),
]


@pytest.mark.parametrize(
    ("place", "value", "said"), [case[1:] for case in WRONG], ids=[case[0] for case in WRONG]
)
def test_cross_check_finds_what_was_changed(place: tuple[str | int, ...], value: Any, said: str) -> None:
    flags: Any = deepcopy(flags_of(whole()))
    *steps, last = place
    at = flags
    for step in steps:
        at = at[step]
    at[last] = value
    found = check_flags(flags, whole())
    assert found and any(said in line for line in found), found


def test_cross_check_names_cohorts_that_are_split() -> None:
    assert "ranking/pc-na at 33.33 %: flags cannot" in check_flags(flags_of(whole()), split())[0]
