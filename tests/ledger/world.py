"""Small repositories for the tests of the ledger room, and appends to them the way a command makes them."""

import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

from govern.domain.document import digest_of
from govern.domain.records import Record, input_path, path_of
from govern.ledger.append import Published, commit, publish
from govern.ledger.history import Chain, read_history
from govern.ledger.records import emit
from govern.ledger.repository import Repository

LEDGER = "govern-ledger"
WHEN = "2026-11-20T10:00:00Z"
MARA = ("Mara", "mara@example.org")


def git(directory: Path, *words: str) -> str:
    done = subprocess.run(["git", *words], cwd=directory, capture_output=True, text=True)
    assert done.returncode == 0, f"git {' '.join(words)}: {done.stderr}"
    return done.stdout


def write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


def make_repository(folder: Path, *options: str) -> Path:
    """A repository with one published document."""
    folder.mkdir(parents=True)
    git(folder, "init", "--quiet", "--initial-branch=main", *options)
    write(folder / "governance/govern.yaml", "kind: workspace/v1\n")
    git(folder, "add", "--all")
    git(folder, "commit", "--quiet", "--message=documents")
    return folder


def make_remote(folder: Path, *options: str) -> tuple[Path, Path]:
    """A bare remote and a clone of it."""
    clone = make_repository(folder / "clone", *options)
    remote = folder / "remote.git"
    git(folder, "init", "--quiet", "--bare", "--initial-branch=main", *options, str(remote))
    git(clone, "remote", "add", "origin", str(remote))
    git(clone, "push", "--quiet", "origin", "main")
    return remote, clone


def next_record(chain: Chain, stream: str, command: str, **changes: Any) -> Record:
    """The record that comes next in a stream, as lead of its command."""
    seq, prev = chain.tips.get(stream, (0, None))
    values: dict[str, Any] = {
        "ledger": chain.ledger,
        "n": chain.n + 1,
        "command": command,
        "stream": stream,
        "seq": seq + 1,
        "prev": prev,
        "event": "evidence_recorded/1",
        "at": WHEN,
        "happened_at": None,
        "actor": "mara",
        "claimed": False,
        "main": "0" * 40,
        "asked": {"do": "test"},
        "policy": {"digest": digest_of(b""), "epoch": 1, "rules": 1},
        "documents": {},
        "uses": (),
        "body": {"value": 1},
    }
    return Record(**(values | changes))


def files_of(*records: Record, inputs: tuple[bytes, ...] = ()) -> dict[str, bytes]:
    files = {path_of(record.stream, record.seq): emit(record) for record in records}
    return files | {input_path(digest_of(data)): data for data in inputs}


def append(
    repository: Repository,
    command: str,
    stream: str = "packets/p",
    fault: Callable[[str], None] = lambda _: None,
) -> Published:
    """One try: fetch, read, make the next record, publish it."""
    fetched = repository.fetch("main")
    if not fetched.ok:
        return Published("moved", fetched.reason)
    base = repository.tip(LEDGER)
    chain = read_history(repository, base).chain
    files = files_of(next_record(chain, stream, command), inputs=(b"read",))
    oid = commit(repository, base, files, f"govern: {command}", MARA, WHEN, fault=fault)
    return publish(repository, oid, base, fault=fault)


def commands(repository: Repository) -> list[str]:
    """The commands in the published ledger, in order; the ledger is sound."""
    history = read_history(repository, repository.tip(LEDGER))
    assert history.all_findings == ()
    return [record.command for record in history.records]
