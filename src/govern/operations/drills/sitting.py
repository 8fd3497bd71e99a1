"""Sitting down at a drill: it begins, or goes on where it was interrupted. What is found there is looked at first.

A file that was spoilt, or written by another version, is said and never gone on with; nor is a drill whose card or
package has changed since.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from govern.documents.partial import fits_so_far
from govern.domain.document import Document
from govern.domain.drills.score import steps_of
from govern.domain.records import Record
from govern.domain.windows import instant
from govern.errors import RefusedError, RepositoryError
from govern.operations.drills.answering import LONGEST
from govern.operations.drills.clock import Clock, seconds_between
from govern.operations.drills.keeping import Kept
from govern.operations.drills.session import Session, Shows

FITS = "drill_answers.v1"


@dataclass(frozen=True)
class Drilled:
    """The card and the package that are drilled, their past drills, and what a session of them asks the world."""

    card: Document
    package: Document
    drills: Sequence[Record]
    folder: Path  # what all worktrees of the clone share
    clock: Clock
    shown_by: Shows

    @property
    def kept(self) -> Kept:
        return Kept(self.folder, self.card.id)

    @property
    def bound(self) -> dict[str, str]:
        return {"card_digest": self.card.digest, "package_digest": self.package.digest}

    @property
    def line(self) -> str:
        return f"govern drill run {self.card.id}"

    def begin(self, owners: tuple[str, ...], *, force: bool) -> Session:
        """A new drill. RefusedError where one of this card was interrupted, unless it is to be dropped; where another
        terminal sits at it, always.
        """
        kept = self.kept
        with kept.taken(over=False):
            if kept.there() and not force:
                raise RefusedError(
                    f"a drill of {self.card.id} was interrupted and is kept here; --force drops it",
                    type_line=f"{self.line} --resume",
                )
            routes = [{"from": each["from"], "to": each["to"]} for each in self.card.value["handoffs"]]
            answers = {"started_at": self.clock.now(), "handoffs": routes}
            session = Session(
                self.card, self.package, self.bound, owners, self.clock, kept, self.shown_by, answers
            )
            session.save()
        return session

    def resume(self, *, over: bool = False) -> Session:
        """The drill that was interrupted. RefusedError where there is none, or what is drilled has changed; `over`
        takes it from another terminal."""
        kept = self.kept
        with kept.taken(over=over):
            session, at = self._found(kept)
            for document in (self.card, self.package):
                if session.bound[f"{document.kind}_digest"] != document.digest:
                    raise RefusedError(
                        f"{document.kind} {document.id} has changed since the drill began: begin anew",
                        notes=("what was answered stays kept until then",),
                        type_line=f"{self.line} --force",
                    )
            if not _of_these(session):
                raise self._spoilt(kept)
        session.behind = seconds_between(self.clock.now(), at)
        self.clock.go_on_from(at)
        return session

    def recorded(self) -> str | None:
        """The record of the drill that is kept here, where it was recorded and then not removed: it is now."""
        try:
            session, _ = self._found(self.kept)
        except (RefusedError, RepositoryError):
            return None
        began = (self.card.id, session.answers["started_at"], list(session.owners))
        for record in self.drills:
            there = record.body["answers"]
            if (there["card"], there["started_at"], list(there["owners"])) == began:
                kept = self.kept
                kept.take()
                kept.drop()
                return record.name
        return None

    def answers(self) -> dict[str, Any]:
        """All that was answered, of a drill that waits only to be recorded. RefusedError where something is open."""
        session, _ = self._found(self.kept)
        if "done_at" not in session.answers.get("closeout", ()):
            raise RefusedError(
                f"the drill of {self.card.id} is not over: nobody reads what an owner decided alone",
                type_line=f"{self.line} --resume",
            )
        return session.value()

    def _found(self, kept: Kept) -> tuple[Session, str]:
        """What is kept, and the instant at which it was written. RefusedError where nothing is, RepositoryError where
        it cannot be gone on with."""
        try:
            if not kept.there():
                raise RefusedError(f"no drill of {self.card.id} waits in this clone", type_line=self.line)
            value = kept.read()
            session = Session(
                self.card,
                self.package,
                {name: value[name] for name in self.bound},
                tuple(value["owners"]),
                self.clock,
                kept,
                self.shown_by,
                value["answers"],
                value["notes"],
                value["evidence"],
            )
            instant(value["at"])
            instant(session.answers["started_at"])
            sound = fits_so_far(FITS, {"kind": "drill_answers/v1", **session.value()}) and _seen(session)
        except (ValueError, LookupError, TypeError, AttributeError, RecursionError):
            sound = False
        if not sound:
            raise self._spoilt(kept)
        return session, value["at"]

    def _spoilt(self, kept: Kept) -> RepositoryError:
        return RepositoryError(
            f"{kept.said} is not what this version keeps of a drill: begin anew",
            type_line=f"{self.line} --force",
        )


def _seen(session: Session) -> bool:
    """Notes and files, which stand in no file of answers like that."""
    notes = all(isinstance(text, str) and 0 < len(text) <= LONGEST for text in session.notes.values())
    rows = session.evidence
    values = [value for row in rows for value in (row["path"], row["sha256"], *row["metrics"])]
    numbers = [number for row in rows for number in row["metrics"].values()]
    return (
        notes
        and len(rows) == len(session.answers.get("evidence", ()))
        and all(isinstance(value, str) for value in values)
        and all(isinstance(number, int | float) for number in numbers)
    )


def _of_these(session: Session) -> bool:
    """Whether it tells of this card and this package: handoffs, steps, metrics and owners are theirs."""
    card, answers = session.card.value, session.answers
    routes = [(each["from"], each["to"]) for each in card["handoffs"]]
    known = {
        "execution": steps_of(session.package.value),
        "measured": card["metrics"],
        "decisions_before": session.owners,
        "decisions": session.owners,
    }
    return (
        [(each["from"], each["to"]) for each in answers["handoffs"]] == routes
        and set(session.notes) <= set(known["execution"])
        and all(set(answers.get(part, ())) <= set(names) for part, names in known.items())
    )
