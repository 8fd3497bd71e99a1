"""A drill that is under way: which question is next, what an answer changes, and what there is when all is answered.

The state is the answers so far, in the form in which a file of answers has them. It is kept after each answer. The
files of what was measured count as they were when they were named: what is written into them later is no part of it.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass, field
from typing import Any

from govern.domain.document import Document
from govern.domain.drills.steps import Step, answered, steps
from govern.errors import UsageError
from govern.operations.drills.answering import MisreadError, read, short
from govern.operations.drills.clock import Clock, seconds_between
from govern.operations.drills.keeping import Kept

Row = Mapping[str, Any]  # of a file: `path`, `sha256`, and the last value of each of its `metrics`
Shows = Callable[[str], Row]  # UsageError where there is no such file


@dataclass
class Session:
    """`bound` are the digests of card and package when it began. Answers, notes and files are all that changes."""

    card: Document
    package: Document
    bound: Mapping[str, str]
    owners: tuple[str, ...]
    clock: Clock
    kept: Kept
    shown_by: Shows
    answers: dict[str, Any]
    notes: dict[str, str] = field(default_factory=dict)
    evidence: list[Row] = field(default_factory=list)
    behind: int = 0  # seconds that the clock had gone back when it was gone on with
    _back: bool = False  # an answer was taken back, and none given since

    @property
    def elapsed(self) -> int:
        """Seconds since it began."""
        return seconds_between(self.answers["started_at"], self.clock.now())

    def next(self) -> Step | None:
        """The first question without an answer; None when all are answered."""
        return next((step for step in self._steps() if not answered(self.answers, step.at)), None)

    def answer(self, step: Step, text: str) -> str:
        """Take what was typed and keep it; a word for it, where it answers another question. MisreadError where it is
        no answer."""
        text = text.strip()
        if text == "u":
            what = self._take_back()
        elif step.form == "action" and text[:2] in ("n", "n "):
            what = self._note(str(step.at[-1]), text[1:].strip())
        elif step.form == "action" and text == "a":
            what = self._acknowledge()
        else:
            self._put(step.at, self._read(step, text))
            what, self._back = "", False
        self.save()
        return what

    def save(self) -> None:
        self.kept.write(
            {
                **self.bound,
                "owners": self.owners,
                "at": self.clock.now(),
                "answers": self.answers,
                "notes": self.notes,
                "evidence": self.evidence,
            }
        )

    def end(self) -> None:
        """It is recorded: nothing waits any more."""
        self.kept.drop()

    def leave(self) -> None:
        """Somebody else may go on with it."""
        self.kept.leave()

    def value(self) -> dict[str, Any]:
        """The answers as a file of answers has them: what was not done is left out."""
        head = {"card": self.card.id, **self.bound, "owners": list(self.owners)}
        value = {**head, **deepcopy(self.answers)}
        for handoff in value["handoffs"]:
            if handoff.get("acknowledged_at", "") is None:
                del handoff["acknowledged_at"]
        for name, note in self.notes.items():
            if name in value.get("execution", ()):
                value["execution"][name]["note"] = note
        closeout = value.get("closeout", {})
        if "next_targets" in closeout:
            targets = closeout["next_targets"].items()
            closeout["next_targets"] = {name: to for name, to in targets if to is not None}
        if closeout.get("package_update") == "":
            del closeout["package_update"]
        if "log" in value.get("rollback", ()):
            value["rollback"]["log"]["reason"] = "rehearsal"
        return value

    def known(self, metric: str) -> float | None:
        """What the files say of it: they agree."""
        return next((row["metrics"][metric] for row in self.evidence if metric in row["metrics"]), None)

    def _steps(self) -> Iterator[Step]:
        return steps(self.card.value, self.package.value, self.owners, self.answers)

    def _note(self, name: str, text: str) -> str:
        if not text:
            raise MisreadError("a note says what was seen: n took a second try")
        self.notes[name] = short(f"{self.notes[name]}; {text}" if name in self.notes else text)
        return "noted"

    def _acknowledge(self) -> str:
        """The first handoff that waits is answered."""
        for handoff in self.answers["handoffs"]:
            if "asked_at" in handoff and "acknowledged_at" not in handoff:
                handoff["acknowledged_at"] = self.clock.now()
                return f"acknowledged: {handoff['from']} -> {handoff['to']}"
        raise MisreadError("no handoff waits for an answer")

    def _take_back(self) -> str:
        """The answer above is asked for again: one, so that no time is made better, and never a decision."""
        above = None
        for step in self._steps():
            if not answered(self.answers, step.at):
                break
            above = step
        if above is None or self._back:
            raise MisreadError("nothing to take back: it is one answer, the last")
        if above.form == "choice":
            raise MisreadError("a decision stands once it is taken")
        *way, last = above.at
        place = self._place(way)
        del place[last]
        if way and not place:
            del self._place(way[:-1])[way[-1]]
        if above.form == "files":
            self.evidence = []
        if above.form == "asked":
            place.pop("acknowledged_at", None)
        self._back = True
        return "taken back"

    def _put(self, at: Sequence[str | int], value: Any) -> None:
        self._place(at[:-1])[at[-1]] = value

    def _place(self, way: Sequence[str | int]) -> Any:
        """Where an answer stands; made, where nothing stands there yet."""
        there: Any = self.answers
        for step in way:
            there = there.setdefault(step, {}) if isinstance(there, dict) else there[step]
        return there

    def _read(self, step: Step, text: str) -> Any:
        if step.form == "files":
            return self._files(text)
        known = self.known(step.subject) if step.form == "number" else None
        return read(step, text, self.clock.now(), self.card.value["metrics"], known)

    def _files(self, text: str) -> list[str]:
        """Their names. MisreadError where one is not there, or two end with different values."""
        names = list(dict.fromkeys(part.strip() for part in text.split(",") if part.strip()))
        try:
            rows = [self.shown_by(name) for name in names]
        except UsageError as error:
            raise MisreadError(error.message) from None
        said: dict[str, tuple[float, str]] = {}
        for row in rows:
            for metric in self.card.value["metrics"]:
                value = row["metrics"].get(metric)
                if value is None:
                    continue
                other, path = said.setdefault(metric, (value, row["path"]))
                if other != value:
                    raise MisreadError(f"{path} ends with {metric} {other:g}, {row['path']} with {value:g}")
        self.evidence = rows
        return names
