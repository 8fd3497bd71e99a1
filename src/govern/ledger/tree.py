"""One git revision as a tree of files: what is in it, and the bytes of one of them.

Only regular files can be read. A symbolic link or a submodule is as good as absent, so that no path leads
out.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from govern.ledger.git import Batch

REGULAR = ("100644", "100755")


@dataclass(frozen=True, slots=True)
class Entry:
    mode: str  # six octal digits, as git writes them
    oid: str


class GitTree:
    """The files of one commit or of the index. Paths are relative to the root of the repository."""

    def __init__(self, listing: bytes, objects: Batch) -> None:
        self._listing = listing
        self._objects = objects

    @cached_property
    def _entries(self) -> Mapping[str, Entry]:
        """From `ls-tree -z` (MODE TYPE OID TAB PATH) or `ls-files --stage -z` (MODE OID STAGE TAB PATH)."""
        entries = {}
        for row in self._listing.split(b"\0")[:-1]:
            fields, _, path = row.partition(b"\t")
            words = fields.decode("ascii").split()
            entries[path.decode("utf-8", "surrogateescape")] = Entry(words[0], max(words, key=len))
        return entries

    def entries(self) -> Mapping[str, Entry]:
        """Everything that stands in the tree, links and submodules too."""
        return self._entries

    def paths(self) -> tuple[str, ...]:
        """The regular files, sorted."""
        return tuple(sorted(path for path, entry in self._entries.items() if entry.mode in REGULAR))

    def read(self, path: str) -> bytes | None:
        """The bytes of a regular file; None where there is none."""
        entry = self._entries.get(path)
        if entry is None or entry.mode not in REGULAR:
            return None
        return self._objects.get(entry.oid)
