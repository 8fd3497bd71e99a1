"""The file an application serves from, as the ledger gives it now: our datafile, or flagd's flags, checked first."""

import json
import os
from pathlib import Path

from govern.domain.binding import datafile
from govern.errors import RefusedError, UsageError
from govern.operations.workspace import Workspace
from govern.serving.flagd import check_flags, flags_of

FORMS = ("datafile", "flagd")


def served(workspace: Workspace, form: str) -> bytes:
    """The bytes of the file. RefusedError where flags cannot say what is bound."""
    data = datafile(workspace.state)
    if form == "datafile":
        return json.dumps(data, indent=2, sort_keys=True, ensure_ascii=False).encode() + b"\n"
    if form != "flagd":
        raise UsageError(
            f"no form `{form}`: {' or '.join(FORMS)}", type_line="govern binding export --as datafile"
        )
    flags = flags_of(data)
    if wrong := check_flags(flags, data):
        raise RefusedError(f"flagd would serve {wrong[0]}", notes=tuple(wrong[1:5]))
    return json.dumps(flags, indent=2, sort_keys=True, ensure_ascii=False).encode() + b"\n"


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
