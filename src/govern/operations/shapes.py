"""The schemas for people and editors: by name, as a table of fields, as files."""

import json
from pathlib import Path

from govern.documents import fields as table
from govern.documents.schemas import Schema, read
from govern.documents.schemas import folder as shipped
from govern.errors import UsageError

OURS = "https://govern.invalid/schemas/"


def schemas() -> dict[str, Schema]:
    """Every schema by name, documents first."""
    return {name: read(name) for name in table.all_names()}


def fields(name: str) -> tuple[str, Schema, list[table.FieldRow]]:
    """The full name, the schema and its fields. UsageError with the nearest name."""
    full = table.resolved(name)
    return full, read(full), list(table.rows(read(full)))


def export(folder: Path) -> list[str]:
    """Write every schema below `folder`; the names of the files. All or nothing where a foreign file stands."""
    files = {
        f"{name}.schema.json": (shipped() / f"{name}.schema.json").read_bytes() for name in table.all_names()
    }
    for name, data in files.items():
        target = folder / name
        if target.exists() and target.read_bytes() != data and not _is_ours(target):
            raise UsageError(
                f"{target} is another file: nothing was written",
                type_line=f"govern schema export {folder}-govern",
            )
    try:
        for name, data in files.items():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_bytes(data)
    except OSError as error:
        message = f"{folder} cannot be written: {error.strerror}"
        raise UsageError(message, type_line="govern schema export DIR") from None
    return sorted(files)


def _is_ours(path: Path) -> bool:
    """A schema that an earlier version exported may be replaced."""
    try:
        value = json.loads(path.read_bytes())
    except (OSError, ValueError):
        return False
    return isinstance(value, dict) and str(value.get("$id", "")).startswith(OURS)
