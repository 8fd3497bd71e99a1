"""A ledger branch from its first commit to a tip, in one pass, and the faults that its structure shows.

Whether a record should have been written is decided elsewhere; here is only whether it stands where it says,
in the one form, and whether commits only add.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

from govern.domain.document import digest_of
from govern.domain.findings import Finding
from govern.domain.records import Record, input_path, path_of
from govern.ledger.faults import Fault, finding
from govern.ledger.records import RecordFault, parse
from govern.ledger.repository import Repository, instant

ID = r"[a-z0-9]+(?:-[a-z0-9]+)*"
RECORD = re.compile(rf"records/{ID}/{ID}/[0-9]{{4,}}\.yaml", re.ASCII)
INPUT = re.compile(r"inputs/([0-9a-f]{2})/\1[0-9a-f]{62}", re.ASCII)
SERVING = re.compile(rf"serving/{ID}\.json", re.ASCII)


@dataclass(frozen=True, slots=True)
class LedgerCommit:
    """One commit and what it did; `added` and `edited` name the new blobs, `foreign` what must not be there."""

    oid: str
    parents: tuple[str, ...]
    committer_time: str
    records: tuple[Record, ...]
    added: Mapping[str, str]
    edited: Mapping[str, str] = field(default_factory=dict)
    removed: tuple[str, ...] = ()
    foreign: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Chain:
    """Where the next record goes on: ledger is the digest of the genesis record, tips are (seq, digest)."""

    ledger: str | None = None
    n: int = 0
    tips: Mapping[str, tuple[int, str]] = field(default_factory=dict)
    commands: frozenset[str] = frozenset()


@dataclass(frozen=True)
class History:
    """`commits` from the first to `tip`. `findings` are faults of structure, by the commit that has them."""

    tip: str | None
    commits: tuple[LedgerCommit, ...] = ()
    findings: Mapping[str, tuple[Finding, ...]] = field(default_factory=dict)
    chain: Chain = field(default_factory=Chain)
    inputs: Mapping[str, str] = field(default_factory=dict)  # blob by digest

    @property
    def records(self) -> Iterable[Record]:
        return (record for commit in self.commits for record in commit.records)

    @property
    def all_findings(self) -> tuple[Finding, ...]:
        return tuple(item for found in self.findings.values() for item in found)


def read_history(repository: Repository, tip: str | None, since: History | None = None) -> History:
    """Read the ledger at `tip`; `since` is an earlier reading that goes on from where it ended.

    Where `tip` does not descend from that reading, everything is read anew.
    """
    if tip is None:
        return History(None)
    if since is None or since.tip is None or not repository.is_ancestor(since.tip, tip):
        since = History(None)
    listed = _listed(repository, since.tip, tip)
    changes = _changes(repository, [oid for oid, _, _ in listed])
    blobs = repository.objects.get_many(
        change.oid
        for rows in changes.values()
        for change in rows
        if change.status != "D" and _is_record(change)
    )
    commits, findings = list(since.commits), dict(since.findings)
    chain, inputs = _Links(since.chain), dict(since.inputs)
    for oid, parents, seconds in listed:
        found: list[Finding] = []
        commit = _commit(oid, parents, instant(seconds), changes.get(oid, ()), blobs, found)
        found += _line(commit, commits[-1].oid if commits else None)
        found += chain.extend(commit)
        inputs |= {_digest(path): blob for path, blob in commit.added.items() if INPUT.fullmatch(path)}
        commits.append(commit)
        if found:
            findings[oid] = tuple(found)
    return History(tip, tuple(commits), findings, chain.value(), inputs)


def read_input(repository: Repository, history: History, digest: str) -> bytes | None:
    """The bytes with this digest out of inputs/; None where they are missing or forged."""
    blob = history.inputs.get(digest)
    data = repository.objects.get(blob) if blob else None
    return data if data is not None and digest_of(data) == digest else None


def check_inputs(
    repository: Repository, history: History, needs: Callable[[Record], Iterable[str]]
) -> tuple[Finding, ...]:
    """Inputs that are forged, and digests that a record `needs` and that had not been added by its commit."""
    bytes_of = repository.objects.get_many(history.inputs.values())
    found = []
    for digest, blob in history.inputs.items():
        data = bytes_of[blob]
        if data is None or digest_of(data) != digest:
            found.append(
                finding(Fault.INPUT_FORGED, "the bytes do not hash to this name", input_path(digest))
            )
    here: set[str] = set()
    for commit in history.commits:
        here |= {_digest(path) for path in commit.added if INPUT.fullmatch(path)}
        for record in commit.records:
            for digest in needs(record):
                if digest not in here:
                    message = f"{record.name} read {input_path(digest)}, which is not in the ledger"
                    found.append(finding(Fault.INPUT_MISSING, message, f"records/{record.stream}"))
    return tuple(found)


@dataclass(frozen=True, slots=True)
class _Change:
    status: str
    mode: str
    oid: str
    path: str


def _is_record(change: _Change) -> bool:
    return change.mode == "100644" and RECORD.fullmatch(change.path) is not None


def _digest(path: str) -> str:
    return "sha256:" + path.rpartition("/")[2]


def _listed(repository: Repository, since: str | None, tip: str) -> list[tuple[str, tuple[str, ...], int]]:
    """(commit, parents, committer time) in order, parents first."""
    words = ("--timestamp", "--parents", "--reverse", "--topo-order", tip, *([f"^{since}"] if since else []))
    rows = (line.split() for line in repository.git.lines("rev-list", *words))
    return [(oid, tuple(parents), int(seconds)) for seconds, oid, *parents in rows]


def _changes(repository: Repository, oids: list[str]) -> dict[str, list[_Change]]:
    """What each commit did to the tree of its parent; nothing for a merge, which is a fault by itself."""
    given = "".join(f"{oid}\n" for oid in oids).encode()
    words = ("--stdin", "--raw", "-r", "-z", "--root", "--no-renames", "--abbrev=64")
    changes: dict[str, list[_Change]] = {}
    fields = iter(repository.git.run("diff-tree", *words, given=given).split(b"\0"))
    rows: list[_Change] = []
    for item in fields:
        if item.startswith(b":"):  # :OLDMODE NEWMODE OLDOID NEWOID STATUS, then the path
            _, mode, _, oid, status = item.decode("ascii").split()
            rows.append(_Change(status, mode, oid, next(fields).decode("utf-8", "surrogateescape")))
        elif item:
            rows = changes.setdefault(item.decode("ascii").strip(), [])
    return changes


def _commit(
    oid: str,
    parents: tuple[str, ...],
    time: str,
    changes: Iterable[_Change],
    blobs: Mapping[str, bytes | None],
    found: list[Finding],
) -> LedgerCommit:
    """Sort what a commit did, read its records, and note what it must not do."""
    added: dict[str, str] = {}
    edited: dict[str, str] = {}
    removed: list[str] = []
    foreign: list[str] = []
    records: list[Record] = []
    for change in changes:
        path = change.path
        if change.status == "D":
            removed.append(path)
            found.append(finding(Fault.REMOVED, f"commit {oid[:12]} removes this file", path))
        elif change.mode != "100644" or not _known(path):
            foreign.append(path)
            found.append(finding(Fault.FOREIGN_PATH, f"commit {oid[:12]} puts a file here", path))
        elif change.status != "A":
            edited[path] = change.oid
            if not SERVING.fullmatch(path):
                found.append(finding(Fault.EDITED, f"commit {oid[:12]} edits this file", path))
        else:
            added[path] = change.oid
            if _is_record(change):
                try:
                    records.append(parse(blobs[change.oid] or b"", path))
                except RecordFault as fault:
                    found.append(finding(fault.code, fault.message, path))
    records.sort(key=lambda record: record.n)
    return LedgerCommit(oid, parents, time, tuple(records), added, edited, tuple(removed), tuple(foreign))


def _known(path: str) -> bool:
    return any(pattern.fullmatch(path) for pattern in (RECORD, INPUT, SERVING))


def _line(commit: LedgerCommit, before: str | None) -> list[Finding]:
    if commit.parents == ((before,) if before else ()):
        return []
    return [finding(Fault.NOT_LINEAR, f"commit {commit.oid[:12]} does not follow the one before it alone")]


class _Links:
    """The chain while it grows. A record that does not fit is a finding; the chain goes on from it."""

    def __init__(self, start: Chain) -> None:
        self.ledger, self.n = start.ledger, start.n
        self.tips, self.commands = dict(start.tips), set(start.commands)

    def value(self) -> Chain:
        return Chain(self.ledger, self.n, self.tips, frozenset(self.commands))

    def extend(self, commit: LedgerCommit) -> list[Finding]:
        found = []
        for place, record in enumerate(commit.records):
            wrong = self._wrong(record, commit.records[0] if place else None)
            if wrong:
                path = path_of(record.stream, record.seq)
                found.append(finding(Fault.CHAIN, f"{record.name}: {'; '.join(wrong)}", path))
            self.n = record.n
            self.tips[record.stream] = (record.seq, record.digest)
            if self.ledger is None:
                self.ledger = record.digest
        self.commands |= {record.command for record in commit.records}
        return found

    def _wrong(self, record: Record, lead: Record | None) -> list[str]:
        seq, digest = self.tips.get(record.stream, (0, None))
        says = [
            (record.n != self.n + 1, f"n is {record.n}, {self.n + 1} comes next"),
            (record.seq != seq + 1, f"seq is {record.seq}, {seq + 1} comes next in its stream"),
            (record.prev != digest, f"prev is {record.prev}, the record before it has {digest}"),
            (record.ledger != self.ledger, f"ledger is {record.ledger}, this one is {self.ledger}"),
        ]
        if lead is None:
            says += [
                (record.command in self.commands, "its command was used before"),
                (
                    record.asked is None or record.documents is None,
                    "the lead says neither what was asked nor read",
                ),
            ]
        else:
            says += [
                (record.command != lead.command, "it belongs to another command than the lead of its commit"),
                (
                    record.asked is not None or record.documents is not None,
                    "only the lead has asked and documents",
                ),
            ]
        return [text for wrong, text in says if wrong]
