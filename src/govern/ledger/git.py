"""The one way to git: a small subprocess transport that a hostile repository cannot turn into a program.

It decides which verbs may run and with what environment. What they mean is the business of the modules beside
it. Only `fetch`, `push` and `ls-remote` may use a transport, and these with the user's own settings.
"""

import os
import signal
import subprocess
import weakref
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from govern.errors import RepositoryError

NETWORK = frozenset({"fetch", "push", "ls-remote"})

# None of these runs a program named by the repository's configuration (hooks and fsmonitor are off).
VOCABULARY = NETWORK | {
    *("cat-file", "diff-tree", "for-each-ref", "fsck", "log", "ls-files", "ls-tree", "merge-base"),
    *("rev-list", "rev-parse", "symbolic-ref", "config", "remote", "var"),
    *("commit-tree", "fast-import", "hash-object", "mktree", "read-tree", "update-index", "update-ref"),
    *("write-tree", "init"),
}
# Verbs that are harmless in one form only, and the word that makes it this form.
FORM = {
    "hash-object": "--stdin",
    "diff-tree": "--raw",
    "config": "--get-regexp",
    "fetch": "--no-write-fetch-head",
    "push": "--no-verify",
}
NEVER = frozenset({"-p", "--patch", "--refresh", "--ext-diff", "--textconv", "--show-signature", "--filters"})

SETTINGS = (
    "core.hooksPath=/dev/null",
    "core.fsmonitor=false",
    "core.commitGraph=false",
    "core.quotePath=false",
    "core.fsync=committed,reference,index",
    "core.fsyncMethod=fsync",
    "gc.auto=0",
    "maintenance.auto=false",
)
# Where the user's settings lie, and how the remote is reached. Every other GIT_* would change what we read.
KEPT = ("GIT_CONFIG_GLOBAL", "GIT_CONFIG_SYSTEM", "GIT_CONFIG_NOSYSTEM")
KEPT_FOR_NETWORK = ("GIT_SSH", "GIT_SSH_COMMAND", "GIT_SSH_VARIANT", "GIT_ASKPASS", "GIT_PROXY_COMMAND")
FIXED = {
    "GIT_NO_REPLACE_OBJECTS": "1",
    "GIT_OPTIONAL_LOCKS": "0",
    "GIT_TERMINAL_PROMPT": "0",
    "GIT_LITERAL_PATHSPECS": "1",
    "GIT_NO_LAZY_FETCH": "1",
    "LC_ALL": "C",
}
# Honoured from the environment only: a bare repository that lies inside a checkout is not walked into.
NOT_EMBEDDED = {
    "GIT_CONFIG_COUNT": "1",
    "GIT_CONFIG_KEY_0": "safe.bareRepository",
    "GIT_CONFIG_VALUE_0": "explicit",
}

TIMED_OUT = -1


class GitError(RepositoryError):
    """git said no where yes was expected; `answer` holds what it said."""

    def __init__(self, verb: str, answer: "Answer") -> None:
        super().__init__(f"git {verb} failed: {answer.text or f'exit status {answer.code}'}")
        self.answer = answer


@dataclass(frozen=True, slots=True)
class Answer:
    """`code` is the exit status, or TIMED_OUT; `text` is what git printed for people."""

    code: int
    out: bytes
    text: str


class Git:
    """git in one directory. `bare`: a bare repository is meant; `index`: a GIT_INDEX_FILE to keep."""

    def __init__(self, directory: Path, *, bare: bool = False, index: str | None = None) -> None:
        self.directory = directory
        self.bare = bare
        self.index = index

    def ask(
        self,
        verb: str,
        *words: str,
        given: bytes = b"",
        settings: Iterable[str] = (),
        timeout: float | None = None,
        keep_open: tuple[int, ...] = (),
    ) -> Answer:
        """Run one command and hand back its answer, whatever it is.

        `keep_open` are file descriptors that git inherits: a lock held through one of them outlives us while
        git runs. After `timeout` seconds git and its children are ended.
        """
        process = self.start(verb, *words, settings=settings, keep_open=keep_open, alone=timeout is not None)
        try:
            out, err = process.communicate(given, timeout=timeout)
        except subprocess.TimeoutExpired:
            _end(process)
            return Answer(TIMED_OUT, b"", f"no answer within {timeout:g} seconds")
        except BaseException:
            _end(process)
            raise
        return Answer(process.returncode, out, err.decode("utf-8", "replace").strip())

    def run(self, verb: str, *words: str, given: bytes = b"", settings: Iterable[str] = ()) -> bytes:
        """What a command prints. Raises GitError when it fails."""
        answer = self.ask(verb, *words, given=given, settings=settings)
        if answer.code != 0:
            raise GitError(verb, answer)
        return answer.out

    def lines(self, verb: str, *words: str) -> list[str]:
        return self.run(verb, *words).decode("utf-8", "surrogateescape").splitlines()

    def start(
        self,
        verb: str,
        *words: str,
        settings: Iterable[str] = (),
        keep_open: tuple[int, ...] = (),
        alone: bool = False,
    ) -> "subprocess.Popen[bytes]":
        """The running command; `alone` puts it into a session of its own, so that all of it can be ended."""
        _check(verb, words)
        guard = ("protocol.ext.allow=never",) if verb in NETWORK else ("protocol.allow=never",)
        options = [word for setting in (*SETTINGS, *guard, *settings) for word in ("-c", setting)]
        try:
            return spawn(
                ["git", "--no-pager", *options, verb, *words],
                cwd=self.directory,
                env=self._environment(verb),
                pass_fds=keep_open,
                start_new_session=alone,
            )
        except FileNotFoundError as error:
            if not self.directory.is_dir():
                raise RepositoryError(f"{self.directory} is not a directory") from error
            raise RepositoryError("git is not installed or not on the PATH") from error

    def _environment(self, verb: str) -> dict[str, str]:
        kept = (*KEPT, *KEPT_FOR_NETWORK) if verb in NETWORK else KEPT
        environment = {
            key: value for key, value in os.environ.items() if not key.startswith("GIT_") or key in kept
        }
        environment |= FIXED
        if not self.bare:
            environment |= NOT_EMBEDDED
        if self.index is not None:
            environment["GIT_INDEX_FILE"] = self.index
        return environment


def spawn(argv: list[str], **options: Any) -> "subprocess.Popen[bytes]":
    """The only place of the house that starts git."""
    return subprocess.Popen(
        argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, **options
    )


def _check(verb: str, words: tuple[str, ...]) -> None:
    if verb not in VOCABULARY:
        raise AssertionError(f"git {verb} is outside the safe vocabulary")
    if verb in FORM and FORM[verb] not in words:
        raise AssertionError(f"git {verb} only with {FORM[verb]}")
    if not NEVER.isdisjoint(words):
        raise AssertionError(f"git {verb} never with {' '.join(NEVER.intersection(words))}")


def _end(process: "subprocess.Popen[bytes]") -> None:
    """End git; where it leads a session of its own, its children too."""
    try:
        alone = os.getpgid(process.pid) == process.pid
        if alone:
            os.killpg(process.pid, signal.SIGKILL)
        else:
            process.kill()
    except ProcessLookupError:
        pass
    _close(process)


def _close(process: "subprocess.Popen[bytes]") -> None:
    for pipe in (process.stdin, process.stdout, process.stderr):
        if pipe is not None:
            with suppress(BrokenPipeError):  # git is gone already
                pipe.close()
    process.wait()


class Batch:
    """Objects by their name through one long-lived `cat-file --batch`."""

    CHUNK = 400  # requests that always fit into a pipe, so that neither side waits for the other

    def __init__(self, git: Git) -> None:
        self._process = git.start("cat-file", "--batch")
        self._requests = _pipe(self._process.stdin)
        self._answers = _pipe(self._process.stdout)
        self.close = weakref.finalize(self, _close, self._process)

    def get(self, oid: str, kind: str = "blob") -> bytes | None:
        """The bytes of one object; None where it is missing or of another kind."""
        return self.get_many([oid], kind)[oid]

    def get_many(self, oids: Iterable[str], kind: str = "blob") -> Mapping[str, bytes | None]:
        wanted = list(dict.fromkeys(oids))
        found: dict[str, bytes | None] = {}
        for start in range(0, len(wanted), self.CHUNK):
            chunk = wanted[start : start + self.CHUNK]
            self._ask(chunk)
            for oid in chunk:
                answer = self._next()
                found[oid] = answer[2] if answer is not None and answer[1] == kind else None
        return found

    def commit_at(self, ref: str) -> str | None:
        """The commit that a full name of a ref stands for now; None where it does not stand for one."""
        self._ask([ref])
        found = self._next()
        return found[0] if found is not None and found[1] == "commit" else None

    def _ask(self, names: Sequence[str]) -> None:
        try:
            self._requests.write("".join(f"{name}\n" for name in names).encode())
            self._requests.flush()
        except BrokenPipeError:
            raise self._ended() from None

    def _next(self) -> tuple[str, str, bytes] | None:
        """Name, kind and bytes of the next object that was asked for; None where it is missing."""
        header = self._answers.readline()
        if not header:
            raise self._ended()
        words = header.decode("utf-8", "replace").split()
        if len(words) != 3:  # NAME missing
            return None
        size = int(words[2])
        data = self._answers.read(size + 1)
        if len(data) != size + 1:
            raise self._ended()
        return words[0], words[1], data[:-1]

    def _ended(self) -> RepositoryError:
        text = _pipe(self._process.stderr).read().decode("utf-8", "replace").strip()
        self.close()
        return RepositoryError(f"an object cannot be read: {text or 'git cat-file ended'}")


def _pipe(pipe: IO[bytes] | None) -> IO[bytes]:
    if pipe is None:
        raise AssertionError("git was started without pipes")
    return pipe
