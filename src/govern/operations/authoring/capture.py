"""Baselines as people name them: components by version or by file, and the short form of other tools.

What a baseline is, and its digest, is decided in `domain.baseline`; nothing here binds anything.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from govern.documents.catalog import Catalog
from govern.documents.templates import document, fill, shipped
from govern.documents.tree import pinned
from govern.documents.yaml import YamlFault, scan, settle
from govern.domain.baseline import PARTS
from govern.domain.findings import nearest
from govern.errors import UsageError
from govern.operations.authoring.first_documents import version_of
from govern.operations.context import Context
from govern.operations.files import repository_path, write_files
from govern.operations.place import Place, open_place, require_new_id

NONE = "none"  # a component that the surface does not have


@dataclass(frozen=True, slots=True)
class Captured:
    """What was written, relative to the repository; `blanks` are fields that a person has to fill."""

    path: str
    model_version: str | None
    blanks: tuple[str, ...] = ()


def capture(context: Context, baseline_id: str, surface: str, components: Mapping[str, str]) -> Captured:
    """Write baselines/ID.yaml from named components; a part that is not named is `none`."""
    place = open_place(context)
    _require_surface(place, surface)
    if "model" not in components:
        raise UsageError(
            "a baseline names its model", type_line=f"govern baseline capture {baseline_id} --model …"
        )
    named = {
        part: named_component(place, part, components[part]) if part in components else NONE for part in PARTS
    }
    stamp = stamp_of(
        named, surface, place.catalog, changed=("policy", "tools", "guardrails"), suffix=baseline_id
    )
    return _write(place, baseline_id, surface, stamp, named, None)


def import_short(context: Context, baseline_id: str, surface: str, file: str) -> Captured:
    """Write baselines/ID.yaml from the short form `baseline: {model, prompt, policy, …, last_verified}`.

    A part that the form does not name is left blank, and named in the answer.
    """
    place = open_place(context)
    _require_surface(place, surface)
    short = _short_form(place, file)
    components = {part: short.get(part) for part in PARTS}
    whole = all(components[part] is not None for part in ("model", "prompt"))
    stamp = stamp_of(components, surface, place.catalog, changed=(), suffix=baseline_id) if whole else None
    return _write(place, baseline_id, surface, stamp, components, short.get("last_verified"))


def named_component(place: Place, part: str, value: str) -> str | dict[str, Any]:
    """`VALUE` of one component: a file of the repository, a glob, or a plain version."""
    if not value:
        raise UsageError(
            f"--{part} names a version or a file", type_line=f"govern new packet ID --change {part}=v2"
        )
    if "*" in value or "?" in value:
        if not pinned(place.catalog.tree, value):
            raise UsageError(f"no file matches {value}; globs are relative to the repository")
        return {"version": version_of(value), "files": [value]}
    target = place.directory / value
    if target.is_dir():
        raise UsageError(f"{value} is a folder: name its files, for example --change {part}='{value}/*.md'")
    if target.is_file() or (len(steps := Path(value).parts) > 1 and (place.directory / steps[0]).is_dir()):
        path = repository_path(place.root, place.directory, value)
        return {"version": version_of(path), "files": [path]}
    if not re.fullmatch(r"[!-~]{1,64}", value):
        raise UsageError(f"{part}: `{value}` is neither a file here nor one word of 64 characters at most")
    return value


def version_in(component: Any) -> str:
    return str(component["version"] if isinstance(component, Mapping) else component)


def stamp_of(
    components: Mapping[str, Any], surface: str, catalog: Catalog, *, changed: Iterable[str], suffix: str
) -> str:
    """MODEL+PROMPT; where that is taken on the surface, with what else changed, or with the id `suffix`."""
    model, prompt = version_in(components["model"]), version_in(components["prompt"])
    stamp = model if prompt == NONE else f"{model}+{prompt}"
    taken = {
        found.value.get("model_version")
        for (kind, _), found in catalog.documents.items()
        if kind == "baseline" and found.value.get("surface") == surface
    }
    more = [
        f"+{part}-{version_in(components[part])}"
        for part in changed
        if part not in ("model", "prompt") and version_in(components[part]) != NONE
    ]
    candidates = (stamp, stamp + "".join(more), f"{stamp}+{suffix}")
    return next((each for each in candidates if each not in taken and len(each) <= 128), suffix)


def _write(
    place: Place,
    baseline_id: str,
    surface: str,
    stamp: str | None,
    components: Mapping[str, Any],
    verified: Any,
) -> Captured:
    path = require_new_id(place, "baseline", baseline_id)
    values = {
        "id": baseline_id,
        "surface": surface,
        "model_version": stamp or "",
        "components": dict(components),
        "last_verified": verified,
    }
    text = fill(shipped("baseline"), values)
    blanks = tuple(f"components.{part}" for part in PARTS if components[part] is None)
    text = text.replace(": null\n", ":\n")
    if not stamp:
        blanks, text = ("model_version", *blanks), text.replace('model_version: ""', "model_version:", 1)
    write_files(place.root, {path: document("baseline", text)})
    return Captured(path, stamp, blanks)


def _short_form(place: Place, file: str) -> dict[str, str]:
    """The components and the date of a short form, as texts."""
    source = place.directory / file
    if not source.is_file():
        raise UsageError(f"no file {file}")
    try:
        found = scan(source.read_bytes())
    except YamlFault as fault:
        raise _unreadable(file, fault) from None
    settle(found, lambda _: True)  # every value of the short form is a text
    for doubt in found.doubts.values():
        raise _unreadable(file, doubt)
    value = found.value.get("baseline") if isinstance(found.value, dict) else None
    if not isinstance(value, dict) or not all(isinstance(item, str) for item in value.values()):
        raise UsageError(
            f"{file}: no short form; it begins with `baseline:` and names versions below it",
            notes=("baseline:", "  model: gpt-4-0125", "  prompt: v2.3.1", "  policy: conservative-v1"),
        )
    known = (*PARTS, "last_verified")
    for name in value:
        if name not in known:
            close = nearest(name, known)
            raise UsageError(f"{file}: a baseline has no `{name}`" + (f"; nearest: {close}" if close else ""))
    return value


def _unreadable(file: str, fault: YamlFault) -> UsageError:
    return UsageError(f"{file}:{fault.line}: {fault.message}" + (f"; {fault.hint}" if fault.hint else ""))


def _require_surface(place: Place, surface: str) -> None:
    workspace = place.catalog.documents.get(("workspace", "main")) or next(
        (found for (kind, _), found in place.catalog.documents.items() if kind == "workspace"), None
    )
    surfaces = list(workspace.value.get("surfaces", ())) if workspace else []
    if surface not in surfaces:
        close = nearest(surface, surfaces)
        raise UsageError(
            f"no surface `{surface}` in govern.yaml; there are: {', '.join(surfaces) or 'none'}",
            type_line=f"--surface {close or surfaces[0]}" if surfaces else None,
        )
