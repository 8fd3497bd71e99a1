"""Which bytes a record needs in the ledger's inputs, so that it can be decided again."""

from govern.domain.document import FOLDERS, SINGLE_FILES
from govern.domain.records import Record
from govern.operations.tables import named_in

FREEZES = ("phase_advanced/1", "change_control_applied/1", "mitigation_entered/1")


def needs(record: Record) -> list[str]:
    """Digests that must lie in inputs: tables, frozen documents, and documents that were read.

    Which other file was read as text only its check knows: deciding again misses the bytes, and says so.
    """
    named = [record.body.get(name) for name in ("table", "items", "packet")]
    needed = [*named_in(record), *(table.get("sha256") for table in named if isinstance(table, dict))]
    frozen = record.body.get("frozen")
    if isinstance(frozen, dict) and record.event in FREEZES:
        needed += frozen.values()
    needed += [digest for path, digest in (record.documents or {}).items() if _ours(path)]
    return [digest for digest in needed if isinstance(digest, str)]


def _ours(path: str) -> bool:
    """A document rather than a pinned file: documents lie in govern.yaml, cohorts.yaml and known folders."""
    folder, _, name = path.rpartition("/")
    kept = name.endswith(".yaml") and folder.rpartition("/")[2] in FOLDERS.values()
    return kept or name in SINGLE_FILES.values()
