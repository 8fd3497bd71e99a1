"""The shapes that are promised: what the ledger writes fits its schema and is what the Resolver reads."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from govern.domain.binding import Move, changed, datafile, evolve
from govern.domain.records import Record
from govern.serving import Resolver
from serving.datafiles import bytes_of, split, whole
from workspaces import git, opened

SCHEMAS = Path(__file__).resolve().parents[2] / "schemas"


def validator(name: str) -> jsonschema.Draft202012Validator:
    schema = json.loads((SCHEMAS / f"{name}.schema.json").read_bytes())
    jsonschema.Draft202012Validator.check_schema(schema)
    return jsonschema.Draft202012Validator(schema)


def stamps(datafile: dict[str, Any]) -> Iterator[dict[str, Any]]:
    resolver = Resolver(bytes_of(datafile))
    for surface, entry in datafile["surfaces"].items():
        for key in (None, "", "nobody", 7, *entry["cohorts"]):
            for unit in (None, "u1", "u3"):
                yield resolver.resolve(surface, key, unit).stamp


@pytest.mark.parametrize("datafile", [whole(), split()], ids=["whole", "split"])
def test_datafiles_and_all_their_stamps_fit_their_schemas(datafile: dict[str, Any]) -> None:
    validator("datafile.v1").validate(datafile)
    for stamp in stamps(datafile):
        validator("stamp.v1").validate(stamp)


@pytest.mark.parametrize("name", ["datafile.v1", "stamp.v1"])
def test_examples_of_the_schemas_fit(name: str) -> None:
    check = validator(name)
    for example in check.schema["examples"]:
        check.validate(example)


def test_the_datafile_in_the_ledger_is_served(tmp_path: Path) -> None:
    clone = opened(tmp_path / "team", "model-change")
    data = git(clone.directory, "show", "govern-ledger:serving/bindings.json").encode()
    validator("datafile.v1").validate(json.loads(data))
    resolver = Resolver(data)
    state = clone.workspace().state
    for surface, known in state.surfaces.items():
        target = known.default[-1].to
        found = resolver.resolve(surface)
        assert found.stamp == {
            "surface": surface,
            "cohort_key": None,
            "model_version_active": target.model_version,
            "calibration_packet_id": target.calibration,
            "baseline_digest": target.digest,
            "packet": None,
        }
        assert json.loads(json.dumps(found.components, default=dict)) == target.components
