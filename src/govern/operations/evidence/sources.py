"""The sources that govern.yaml names: what is declared, and the server or database that the environment names.

A connection string is read here and handed on; no text and no record holds it.
"""

import os
from collections.abc import Mapping
from typing import Any

from govern.domain.decision import Refusal
from govern.errors import GovernError, UsageError
from govern.operations.reading import MissingInputError
from govern.operations.workspace import Workspace

PROMETHEUS = "prometheus"  # the type of a source that is a server


def declared(workspace: Workspace, name: str, *, instead: str) -> Mapping[str, Any]:
    """The source as the published govern.yaml has it. UsageError where it has none, with what to type instead."""
    try:
        document = workspace.documents().get("workspace", "main")
    except (Refusal, GovernError, MissingInputError):
        document = None
    source: Mapping[str, Any] | None = (document.value.get("sources") or {}).get(name) if document else None
    if source is None:
        said = f"govern.yaml names no source `{name}`" if document else "govern.yaml cannot be read"
        raise UsageError(said, type_line=instead)
    return source


def secret(name: str, variable: str) -> str:
    """What the environment holds for a source. UsageError where it holds nothing."""
    value = os.environ.get(variable, "").strip()
    if not value:
        raise UsageError(
            f"source {name}: the environment variable {variable} is not set", type_line=f"export {variable}=…"
        )
    return value
