"""A throw-away repository beside the real one: a rehearsal walks the whole way there and leaves nothing."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from govern.ledger.git import Git
from govern.ledger.repository import Repository, open_repository


@contextmanager
def throwaway(repository: Repository, refs: Mapping[str, str]) -> Iterator[Repository]:
    """A bare repository with these refs (full name to commit) and no remote; it borrows the objects.

    Nothing is copied, and what is written there never reaches `repository`.
    """
    with TemporaryDirectory(prefix="govern-", ignore_cleanup_errors=True) as folder:
        directory = Path(folder).resolve()
        git = Git(directory, bare=True)
        # No template: it could bring hooks. The name of HEAD's branch must not be one that is written.
        words = ("--quiet", "--bare", "--template=", "--initial-branch=unborn")
        git.run("init", *words, f"--object-format={repository.hash_name}")
        borrowed = directory / "objects" / "info" / "alternates"
        borrowed.parent.mkdir(exist_ok=True)
        borrowed.write_text(f"{repository.common_dir / 'objects'}\n", encoding="utf-8")
        if (repository.common_dir / "shallow").is_file():
            (directory / "shallow").write_bytes((repository.common_dir / "shallow").read_bytes())
        orders = "".join(f"create {ref} {oid}\n" for ref, oid in refs.items())
        git.run("update-ref", "--stdin", given=orders.encode())
        with open_repository(directory) as clone:
            yield clone
