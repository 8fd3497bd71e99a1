"""The shapes that are promised: what the ledger writes fits its schema and is what the Resolver reads."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from govern.domain.baseline import Target
from govern.domain.binding import datafile
from govern.domain.state import Binding, Packet, State, Surface
from govern.serving import Resolver
from serving.datafiles import bytes_of, split, whole
from workspaces import git, opened

SCHEMAS = Path(__file__).resolve().parents[2] / "schemas"


def validator(name: str) -> jsonschema.Draft202012Validator:
    schema = json.loads((SCHEMAS / f"{name}.schema.json").read_bytes())
    jsonschema.Draft202012Validator.check_schema(schema)
    return jsonschema.Draft202012Validator(schema)


def stamps(value: dict[str, Any]) -> Iterator[dict[str, Any]]:
    resolver = Resolver(bytes_of(value))
    for surface, entry in value["surfaces"].items():
        for key in (None, "", "nobody", 7, *entry["cohorts"]):
            for unit in (None, "u1", "u5"):
                yield resolver.resolve(surface, key, unit).stamp


@pytest.mark.parametrize("value", [whole(), split()], ids=["whole", "split"])
def test_datafiles_and_all_their_stamps_fit_their_schemas(value: dict[str, Any]) -> None:
    validator("datafile.v1").validate(value)
    for stamp in stamps(value):
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


def test_the_datafile_of_a_split_says_under_which_calibration_each_side_is() -> None:
    prev, following = (
        Target(f"ranking-b{n}", f"sha256:{str(n) * 64}", f"ranker@{n}", {}, f"cal-{n}") for n in (6, 7)
    )
    about = {"record": "surfaces/ranking#1", "cause": "advance", "packet": "ranker-v12", "actor": "mara"}
    default = Binding("2026-11-20T09:00:00Z", to=prev, otherwise=None, percent=100, attributes={}, **about)
    public = Binding("2026-11-20T09:00:00Z", to=following, otherwise=prev, percent=20, attributes={}, **about)
    state = State(ledger="sha256:" + "a" * 64, n=9)
    state.surfaces["ranking"] = Surface([default], {"public": [public]})
    state.packets["ranker-v12"] = Packet("ranker-v12", "canary")
    value = datafile(state)
    validator("datafile.v1").validate(value)
    seen = {unit: Resolver(bytes_of(value)).resolve("ranking", "public", unit) for unit in ("u5", "u1", None)}
    assert {unit: (found.calibration_packet_id, found.phase) for unit, found in seen.items()} == {
        "u5": ("cal-7", "canary"),
        "u1": ("cal-6", "canary"),
        None: ("cal-6", "canary"),
    }
