"""The ground floor: what can stop a command, and the exit codes. Nothing here knows the rest of the house."""

from enum import IntEnum


class ExitCode(IntEnum):
    """What the process says when it ends; the documentation lists the same six numbers (tested)."""

    YES = 0  # done, or nothing found
    NO = 1  # findings, refused, failed, inconclusive
    COULD_NOT = 2  # usage, unknown id or key, unreadable repository, push refused
    BUG = 3  # an error of the program: the screen says what to report
    LEFT = 4  # done, but something is left to do
    INTERRUPTED = 130


class GovernError(Exception):
    """The command cannot go on.

    `message` says what is wrong and where, `type_line` is a whole line to paste (or None where no
    command can help), `notes` are further lines printed between the two.
    """

    exit = ExitCode.COULD_NOT

    def __init__(self, message: str, *, type_line: str | None = None, notes: tuple[str, ...] = ()) -> None:
        super().__init__(message)
        self.message = message
        self.type_line = type_line
        self.notes = notes


class RefusedError(GovernError):
    """The question was understood and the answer is no."""

    exit = ExitCode.NO


class UsageError(GovernError):
    """The words of the command do not fit."""


class RepositoryError(GovernError):
    """The repository, its remote or the ledger cannot be read or written."""


class DocumentError(GovernError):
    """A document that a command needs cannot be read."""
