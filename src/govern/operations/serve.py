"""The files an application serves from: what each holds in a state, when a commit writes it, and a copy to take away.

`serving/bindings.json` says everything that is bound. `serving/flags.json` holds flagd's flags for the surfaces whose
policy names flagd; one in which a cohort is split cannot be said in flags and is left out by name (docs/adr/0013).
"""

import json
import os
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from govern.domain.binding import datafile
from govern.domain.document import canonical
from govern.domain.records import Record
from govern.domain.state import State
from govern.errors import RefusedError, UsageError
from govern.operations.stamping import bytes_of_bindings
from govern.operations.workspace import Workspace
from govern.serving.flagd import check_flags, flags_of

BINDINGS, FLAGS = "serving/bindings.json", "serving/flags.json"
WRITTEN_BY = {  # policy says which surfaces flagd serves
    BINDINGS: ("binding_changed/1",),
    FLAGS: ("binding_changed/1", "policy_changed/1"),
}
FORMS = ("datafile", "flagd")


def due(records: Iterable[Record]) -> tuple[str, ...]:
    """The serving files that the commit of these records writes."""
    events = {record.event for record in records}
    return tuple(path for path, causes in WRITTEN_BY.items() if events.intersection(causes))


def bytes_of(path: str, state: State) -> bytes | None:
    """What a serving file holds in this state; None for a file that no command writes."""
    if path == BINDINGS:
        return bytes_of_bindings(datafile(state))
    return canonical(_flags(state)) + b"\n" if path == FLAGS else None


def served(workspace: Workspace, form: str) -> bytes:
    """The bytes of the file to take away. RefusedError where flags cannot say all that is bound."""
    data = datafile(workspace.state)
    if form == "datafile":
        return _readable(data)
    if form != "flagd":
        raise UsageError(
            f"no form `{form}`: {' or '.join(FORMS)}", type_line="govern binding export --as datafile"
        )
    if not (named := _named_for_flagd(workspace.state)):
        raise RefusedError(
            "the policy in force has no surface that flagd serves",
            notes=("write `serving: [datafile, flagd]` under the surface in govern.yaml, and adopt it",),
            type_line="govern binding export --as datafile",
        )
    data = _only(data, named)
    flags = flags_of(data)
    if wrong := check_flags(flags, data):
        raise RefusedError(f"flagd would serve {wrong[0]}", notes=tuple(wrong[1:5]))
    return _readable(flags)


def put(path: Path, data: bytes) -> None:
    """Written beside and renamed, so that an application never reads half a file."""
    if not path.parent.is_dir():
        raise UsageError(f"no folder {path.parent}", type_line=f"mkdir -p {path.parent}")
    fresh = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        fresh.write_bytes(data)
        fresh.replace(path)
    except OSError as error:
        fresh.unlink(missing_ok=True)
        raise UsageError(f"{path} cannot be written: {error.strerror}") from None


def _flags(state: State) -> dict[str, Any]:
    """The flags of every surface that can be said in flags; the others by name. Never refused: no commit waits."""
    data = _only(datafile(state), _named_for_flagd(state))
    split = [name for name, surface in data["surfaces"].items() if _split(surface)]
    flags = flags_of(_only(data, data["surfaces"].keys() - split))
    if split:
        flags["metadata"]["left_out"] = ", ".join(split)
    return flags


def _named_for_flagd(state: State) -> set[str]:
    surfaces = state.policy.view["surfaces"] if state.policy else {}
    return {name for name, surface in surfaces.items() if "flagd" in surface["serving"]}


def _only(data: Mapping[str, Any], names: set[str]) -> dict[str, Any]:
    return {**data, "surfaces": {name: each for name, each in data["surfaces"].items() if name in names}}


def _split(surface: Mapping[str, Any]) -> bool:
    return any(binding["percent"] != 100 for binding in surface["cohorts"].values())


def _readable(data: Mapping[str, Any]) -> bytes:
    return json.dumps(data, indent=2, sort_keys=True, ensure_ascii=False).encode() + b"\n"
