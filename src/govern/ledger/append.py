"""Append one commit to a ledger branch: objects first, made durable; then one compare-and-swap.

With a remote the push is the compare-and-swap and the local ref follows; without one the local ref is
swapped. There is no index, no working tree and no journal, and HEAD is never touched, so a kill at any point
leaves the ledger as before or as after, and at most a lock file that the next writer removes.

The objects are made by one `git fast-import`: it takes any number of files in one process and reads only the
trees on their paths, so that its cost does not grow with the ledger (a private index reads and writes every
path). It is told to forget its branch before it ends, so it never writes a ref. It syncs the objects that it
makes; that some of them may be older, unsynced objects of the user, and the names in directories, is seen to
here.
"""

from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path, PurePosixPath
from typing import Literal

from govern.errors import RepositoryError
from govern.ledger import lock
from govern.ledger.repository import TRACKING, Repository, checked_branch

LEDGER = "govern-ledger"
# In this order; `fault` is called with each name when the step has been done.
COMMIT_STEPS = ("1 objects made", "2 objects durable")
PUBLISH_STEPS = ("3 branch free", "4 pushed", "5 tracking ref moved", "6 local ref moved", "7 refs durable")

Step = Callable[[str], None]
Outcome = Literal["published", "moved", "refused", "offline", "local"]

# The push met a rival in the same instant: the forge's tip may not have moved yet when we ask for it.
_RACE = ("fetch first", "non-fast-forward", "failed to update ref", "cannot lock ref", "already exists")


@dataclass(frozen=True, slots=True)
class Published:
    """What became of a commit.

    `published`: on the remote. `local`: in the local ledger, the published one where there is no remote.
    `moved`: a rival was first, decide again. `refused`: the tip has not moved, `text` is why. `offline`: the
    remote does not answer; whether it took the commit is not known until the next fetch.
    """

    outcome: Outcome
    text: str = ""


LOOSE = 200  # files of a commit; more of them, and what is new goes into one pack, synced with its index
PACKED = ("fastimport.unpackLimit=1", "core.fsync=committed,derived-metadata,reference,index")


def _nothing(_: str) -> None:
    """No fault."""


def commit(
    repository: Repository,
    base: str | None,
    files: Mapping[str, bytes],
    message: str,
    who: tuple[str, str],
    when: str,
    *,
    fault: Step = _nothing,
) -> str:
    """Make a commit with `files` on top of `base` (None: the first of its branch); no branch moves.

    `who` is (name, e-mail), `when` an instant in UTC. The commit and all that it needs survive a power cut.
    """
    packed = len(files) > LOOSE
    given = _stream(base, files, message, who, when, named=not packed)
    settings = PACKED if packed else ()
    said = repository.git.run(
        "fast-import", "--quiet", "--date-format=raw", given=given, settings=settings
    ).decode("ascii")
    oid, *inside = said.splitlines()
    fault(COMMIT_STEPS[0])
    # MODE KIND NAME, a path. What lies in one pack was synced by git itself.
    _make_durable(repository, () if packed else [oid, *(row.split()[2] for row in inside)])
    fault(COMMIT_STEPS[1])
    return oid


def publish(
    repository: Repository,
    oid: str,
    base: str | None,
    *,
    branch: str = LEDGER,
    timeout: float = 60.0,
    fault: Step = _nothing,
) -> Published:
    """Make `oid` the tip of the ledger, if that is still `base`, the commit that was decided on.

    Raises RepositoryError where the branch is checked out; nothing is written then.
    """
    if repository.remote is None:
        return keep(repository, oid, base, branch=branch, fault=fault)
    repository.require_free(branch)
    fault(PUBLISH_STEPS[0])
    pushed = _push(repository, oid, base, branch, timeout)
    fault(PUBLISH_STEPS[1])
    if pushed.outcome == "published":
        with suppress(RepositoryError):  # it is published: refs of this clone catch up with the next fetch
            _follow(repository, oid, branch, fault)
    return pushed


def keep(
    repository: Repository, oid: str, base: str | None, *, branch: str = LEDGER, fault: Step = _nothing
) -> Published:
    """Make `oid` the tip of the local ledger alone, if that is still `base`."""
    repository.require_free(branch)
    fault(PUBLISH_STEPS[0])
    ref = f"refs/heads/{branch}"
    with repository.locked() as descriptor:
        lock.clear_stale(repository.common_dir, ref, oid)
        text = _swap(repository, ref, oid, base, descriptor)
        fault(PUBLISH_STEPS[3])
        tip = repository.local_tip(branch)
        _sync_refs(repository)
        fault(PUBLISH_STEPS[4])
    if tip is not None and (tip == oid or repository.is_ancestor(oid, tip)):
        return Published("local")
    return Published("moved" if tip != base else "refused", text)


def _stream(
    base: str | None,
    files: Mapping[str, bytes],
    message: str,
    who: tuple[str, str],
    when: str,
    *,
    named: bool,
) -> bytes:
    """The language of fast-import. Every text that is not ours goes in with its length before it.

    `named`: it prints the name of each new object. Asked of thousands of paths that takes longer than all the rest.
    """
    name, email = ("".join(c for c in text if c.isprintable() and c not in "<>").strip() for text in who)
    seconds = int(datetime.fromisoformat(when).timestamp())
    text = message.encode()
    branch = "refs/govern/unborn"
    parts = [f"feature done\ncommit {branch}\nmark :1\n".encode()]
    parts += [f"committer {name} <{email}> {seconds} +0000\ndata {len(text)}\n".encode(), text, b"\n"]
    if base is not None:
        parts.append(f"from {base}\n".encode())
    for path in sorted(files):
        if not path.isascii() or not path.isprintable() or '"' in path:
            raise ValueError(f"{path!r} cannot be a path of the ledger")
        parts += [f"M 100644 inline {path}\ndata {len(files[path])}\n".encode(), files[path], b"\n"]
    # Print the names of the commit, its files and the folders above them (the last is the root); then forget the
    # branch: an unborn one is not written when fast-import ends.
    folders = {str(above) for path in files for above in PurePosixPath(path).parents} - {"."}
    paths = (*sorted(files), *sorted(folders), '""') if named else ()
    names = "".join(f"ls :1 {path}\n" for path in paths)
    parts.append(f"get-mark :1\n{names}reset {branch}\n\ndone\n".encode())
    return b"".join(parts)


def _make_durable(repository: Repository, new: Iterable[str]) -> None:
    """Sync the new objects, whoever made them, and the directories that hold their names."""
    objects = repository.common_dir / "objects"
    directories: set[Path] = set()
    for name in sorted(set(new)):
        lock.sync(objects / name[:2] / name[2:])
        directories.add(objects / name[:2])
    for directory in sorted(directories):
        lock.sync(directory)
    lock.sync(objects / "pack")
    lock.sync(objects)


def _push(repository: Repository, oid: str, base: str | None, branch: str, timeout: float) -> Published:
    remote = repository.remote or ""
    ref = f"refs/heads/{checked_branch(branch)}"
    options = "--quiet --no-verify --no-follow-tags --no-signed --recurse-submodules=no"
    answer = repository.git.ask(
        "push",
        *options.split(),
        "--end-of-options",
        remote,
        f"{oid}:{ref}",
        settings=(f"remote.{remote}.mirror=false",),  # a mirror forces what it pushes
        timeout=timeout,
    )
    if answer.code == 0:
        return Published("published")
    try:  # the exit status does not tell a refusal from a connection that broke after the push: ask
        tip = repository.remote_tip(branch)
    except RepositoryError as error:
        return Published("offline", answer.text or error.message)
    if tip == oid or (tip is not None and tip != base and _contains(repository, branch, tip, oid)):
        return Published("published")
    lost = tip != base or any(word in answer.text for word in _RACE)
    return Published("moved" if lost else "refused", answer.text)


def _contains(repository: Repository, branch: str, tip: str, oid: str) -> bool:
    """Whether the remote's tip, which may not be here yet, was built on our commit."""
    if not repository.has(tip):
        repository.fetch(None, branch)
    return repository.is_ancestor(oid, tip)


def _follow(repository: Repository, oid: str, branch: str, fault: Step) -> None:
    """Let the refs of this clone catch up, forwards only. An unpublished local tail is left where it is."""
    with repository.locked() as descriptor:
        lock.clear_own_refs(repository.common_dir)
        for ref, step in ((f"{TRACKING}{branch}", 2), (f"refs/heads/{branch}", 3)):
            lock.clear_stale(repository.common_dir, ref, oid)
            old = repository.refs(ref).get(ref)
            if old is None or (old != oid and repository.is_ancestor(old, oid)):
                _swap(repository, ref, oid, old, descriptor)
            fault(PUBLISH_STEPS[step])
        _sync_refs(repository)
        fault(PUBLISH_STEPS[4])


def _swap(repository: Repository, ref: str, new: str, old: str | None, descriptor: int) -> str:
    """Try the compare-and-swap. What git says is for people only: on a full disk it fails after the swap."""
    words = ("-m", "govern", "--no-deref", ref, new, old or repository.null_oid)
    return repository.git.ask("update-ref", *words, keep_open=(descriptor,)).text


def _sync_refs(repository: Repository) -> None:
    refs = repository.common_dir / "refs"
    for path in (refs / "heads", refs / "govern" / "remote", refs / "govern", refs, repository.common_dir):
        lock.sync(path)
