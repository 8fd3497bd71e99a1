"""A drill that is under way: which question is next, what an answer means, and where it waits when it is interrupted.

The state is the answers so far, in the form in which a file of answers has them. It lies beside the clone, is written
anew after each answer, and is removed when the drill is recorded. The clock runs on meanwhile.
"""

import json
import os
import re
from collections.abc import Callable, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from govern.domain.document import Document
from govern.domain.drills.steps import OUTCOMES, Step, answered, steps
from govern.domain.windows import duration
from govern.errors import RefusedError, RepositoryError, UsageError
from govern.operations.drills.clock import Clock, seconds_between

FOLDER = "govern/drills"
NUMBER = re.compile(r"[+-]?\d+(\.\d+)?")
LONGEST = 1000  # characters of a note, or of an update
Shows = Callable[[str], Mapping[str, float]]  # the values in a file; UsageError where there is none
WAIT = "wait needs a window and a metric: wait P1D mismatch_rate"


class MisreadError(UsageError):
    """What was typed is no answer to what was asked: it is asked again."""


@dataclass
class Session:
    """`kept` is its file. Answers and notes are all that changes."""

    card: Document
    package: Document
    owners: tuple[str, ...]
    clock: Clock
    kept: Path
    shown_by: Shows
    answers: dict[str, Any]
    notes: dict[str, str] = field(default_factory=dict)

    @property
    def elapsed(self) -> int:
        """Seconds since it began."""
        return seconds_between(self.answers["started_at"], self.clock.now())

    def next(self) -> Step | None:
        """The first question without an answer; None when all are answered."""
        every = steps(self.card.value, self.package.value, self.owners, self.answers)
        return next((step for step in every if not answered(self.answers, step.at)), None)

    def answer(self, step: Step, text: str) -> None:
        """Take what was typed and keep it. MisreadError where it is no answer."""
        text = text.strip()
        if step.form == "action" and text[:2] in ("n", "n "):
            self._note(step, text[1:].strip())
        elif step.form == "action" and text == "a":
            self._acknowledge()
        else:
            self._put(step.at, self._read(step, text))
        self.save()

    def save(self) -> None:
        """Write the file in one step: a killed process leaves it as it was, or as it is now."""
        value = {
            "card_digest": self.card.digest,
            "package_digest": self.package.digest,
            "owners": self.owners,
            "answers": self.answers,
            "notes": self.notes,
        }
        beside = self.kept.with_suffix(f".{os.getpid()}")
        try:
            self.kept.parent.mkdir(parents=True, exist_ok=True)
            with beside.open("w", encoding="utf-8") as file:
                json.dump(value, file)
                file.flush()
                os.fsync(file.fileno())
            beside.replace(self.kept)
        except OSError as error:
            beside.unlink(missing_ok=True)
            raise RepositoryError(f"{self.kept} cannot be written: {error.strerror}") from None
        except BaseException:
            beside.unlink(missing_ok=True)
            raise

    def end(self) -> None:
        """It is recorded: nothing waits any more."""
        self.kept.unlink(missing_ok=True)

    def value(self) -> dict[str, Any]:
        """The answers as a file of answers has them: what was not done is left out."""
        value = deepcopy(self.answers)
        for handoff in value["handoffs"]:
            if handoff["acknowledged_at"] is None:
                del handoff["acknowledged_at"]
        for name, note in self.notes.items():
            value["execution"][name]["note"] = note
        targets = value["closeout"].get("next_targets", {})
        value["closeout"]["next_targets"] = {name: to for name, to in targets.items() if to is not None}
        value["rollback"]["log"]["reason"] = "rehearsal"
        if value["closeout"].get("package_update") == "":
            del value["closeout"]["package_update"]
        return value

    def _note(self, step: Step, text: str) -> None:
        if not text:
            raise MisreadError("a note says what was seen: n took a second try")
        name = str(step.at[-1])
        self.notes[name] = _short(f"{self.notes[name]}; {text}" if name in self.notes else text)

    def _acknowledge(self) -> None:
        """The first handoff that waits is answered."""
        for handoff in self.answers["handoffs"]:
            if "asked_at" in handoff and "acknowledged_at" not in handoff:
                handoff["acknowledged_at"] = self.clock.now()
                return
        raise MisreadError("no handoff waits for an answer")

    def _put(self, at: Sequence[str | int], value: Any) -> None:
        there: Any = self.answers
        for step in at[:-1]:
            there = there.setdefault(step, {}) if isinstance(there, dict) else there[step]
        there[at[-1]] = value

    def _read(self, step: Step, text: str) -> Any:
        if step.form in ("done", "asked", "acknowledged", "action"):
            return self._done(step, text)
        if step.form == "yes_no":
            return _one_of(text.lower(), {"y": True, "yes": True, "n": False, "no": False}, "y or n")
        if step.form == "count":
            return _count(text)
        if step.form == "choice":
            return _choice(text, self.card.value["metrics"])
        if step.form == "files":
            return self._files(text)
        if step.form == "number":
            return self._measured(step.subject, text)
        if step.form == "target" and not text:
            return None
        return _short(text) if step.form == "words" else _number(text)

    def known(self, metric: str) -> float | None:
        """What the newest of the files says of it."""
        values = [self.shown_by(name).get(metric) for name in self.answers.get("evidence", ())]
        return next((value for value in reversed(values) if value is not None), None)

    def _files(self, text: str) -> list[str]:
        names = list(dict.fromkeys(part.strip() for part in text.split(",") if part.strip()))
        for name in names:
            try:
                self.shown_by(name)
            except UsageError as error:
                raise MisreadError(error.message) from None
        return names

    def _measured(self, metric: str, text: str) -> int | float:
        shown = self.known(metric)
        if not text and shown is not None:
            return int(shown) if shown.is_integer() else shown
        value = _number(text)
        if shown is not None and shown != value:
            raise MisreadError(f"the file ends with {metric} {shown:g}")
        return value

    def _done(self, step: Step, text: str) -> Any:
        now = self.clock.now()
        left_out = {"action": "s", "acknowledged": "x"}.get(step.form)
        if text and text == left_out:
            return {} if step.form == "action" else None
        if text:
            other = {"s": ", s skipped, n NOTE, a acknowledged", "x": ", x when nobody did"}.get(
                left_out or "", ""
            )
            raise MisreadError(f"Enter when it is done{other}")
        if step.form in ("asked", "acknowledged") or step.at[-1] == "done_at":
            return now
        return {"seen_at" if step.at == ("side_effect",) else "done_at": now}


@dataclass(frozen=True)
class Drilled:
    """The card and the package that are drilled, where a session of it waits, and what it asks the world."""

    card: Document
    package: Document
    folder: Path  # what all worktrees of the clone share
    clock: Clock
    shown_by: Shows

    @property
    def kept(self) -> Path:
        return self.folder / FOLDER / f"{self.card.id}.json"

    def begin(self, owners: tuple[str, ...], *, force: bool) -> Session:
        """A new drill. RefusedError where one of this card was interrupted, unless it is to be dropped."""
        if self.kept.exists() and not force:
            raise RefusedError(
                f"a drill of {self.card.id} was interrupted and is kept here; --force drops it",
                type_line=f"govern drill run {self.card.id} --resume",
            )
        answers = {
            "card": self.card.id,
            "card_digest": self.card.digest,
            "owners": list(owners),
            "started_at": self.clock.now(),
            "handoffs": [{"from": each["from"], "to": each["to"]} for each in self.card.value["handoffs"]],
        }
        session = Session(self.card, self.package, owners, self.clock, self.kept, self.shown_by, answers)
        session.save()
        return session

    def resume(self) -> Session:
        """The drill that was interrupted. RefusedError where there is none, or what is drilled has changed."""
        line = f"govern drill run {self.card.id}"
        try:
            value = json.loads(self.kept.read_text("utf-8"))
            owners, digests = tuple(value["owners"]), (value["card_digest"], value["package_digest"])
            answers, notes = value["answers"], value["notes"]
        except FileNotFoundError:
            raise RefusedError(f"no drill of {self.card.id} waits in this clone", type_line=line) from None
        except (OSError, ValueError, KeyError, TypeError):
            raise RefusedError(
                f"{self.kept} cannot be read: begin anew", type_line=f"{line} --force"
            ) from None
        for document, digest in zip((self.card, self.package), digests, strict=True):
            if digest != document.digest:
                raise RefusedError(
                    f"{document.kind} {document.id} has changed since the drill began: begin anew",
                    type_line=f"{line} --force",
                )
        return Session(self.card, self.package, owners, self.clock, self.kept, self.shown_by, answers, notes)


def waiting(common_dir: Path) -> list[str]:
    """Cards whose drill was interrupted in this clone."""
    return sorted(path.stem for path in (common_dir / FOLDER).glob("*.json"))


def _one_of(text: str, meanings: Mapping[str, Any], hint: str) -> Any:
    if text not in meanings:
        raise MisreadError(f"`{text}`: {hint}")
    return meanings[text]


def _number(text: str) -> int | float:
    if not NUMBER.fullmatch(text) or len(text) > 30:
        raise MisreadError(f"`{text}` is no number: 1.8")
    return float(text) if "." in text else int(text)


def _short(text: str) -> str:
    if len(text) > LONGEST:
        raise MisreadError(f"{len(text)} characters: {LONGEST} at most")
    return text


def _count(text: str) -> int:
    found = _number(text or "0")
    if not isinstance(found, int) or found < 0:
        raise MisreadError(f"`{text}` is no count: 0, 1, 2")
    return found


def _choice(text: str, metrics: Mapping[str, Any]) -> dict[str, str]:
    """`keep`, `tune`, `rollback`, or `wait WINDOW METRIC`; what was typed is never shown."""
    decision, *more = text.split() or [""]
    if decision not in OUTCOMES or (more and decision != "wait"):
        raise MisreadError("keep, tune, rollback or wait")
    if decision != "wait":
        return {"decision": decision}
    if len(more) != 2 or more[1] not in metrics:
        raise MisreadError(WAIT)
    try:
        duration(more[0])
    except ValueError:
        raise MisreadError(WAIT) from None
    return {"decision": "wait", "window": more[0], "metric": more[1]}
