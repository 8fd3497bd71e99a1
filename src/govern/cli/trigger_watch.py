"""`govern trigger evaluate --watch`: the same round again and again, and on the screen only what has changed."""

import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import timedelta
from itertools import takewhile

from govern.cli.frame import same_line, say
from govern.cli.trigger_round import NOT_PUBLISHED, Asked, evaluated, require_may
from govern.domain.decision import Refusal
from govern.domain.windows import duration, spoken
from govern.errors import ExitCode, GovernError, RepositoryError, UsageError
from govern.operations.context import Context
from govern.operations.looking_back import reading
from govern.operations.triggers.firings import to_watch
from govern.operations.triggers.reach import Reach, reached, waits
from govern.report.answer import Answer
from govern.report.synced import synced_lines
from govern.report.triggers import NAME
from govern.report.wrap import wrapped

COUNTED = "  counted: "  # from here on an answer says over which windows
LEAST = timedelta(seconds=1)
sleep: Callable[[float], None] = time.sleep  # a test waits for nothing

Key = tuple[str, str]  # a packet and its trigger


@dataclass
class Watching:
    """What was last said of each trigger, so that it is not said again."""

    said: dict[Key, str] = field(default_factory=dict)
    fired: set[Key] = field(default_factory=set)  # just now: that the ledger knows it is no news
    away: str | None = None
    alarmed: bool = False

    def remote(self, reach: Reach, at: str) -> list[str]:
        """That the remote went away, that it is back, and what was published then."""
        lines = synced_lines(reach.synced) if reach.synced else []
        if reach.away != self.away:
            gone = f"{reach.away}: counting goes on, on what was fetched last"
            lines = [
                *wrapped(f"{at[11:19]} {gone if reach.away else 'the remote answers again'}", then="  "),
                *lines,
            ]
        self.away = reach.away
        return lines

    def news(self, key: Key, answer: Answer, at: str) -> list[str]:
        """The lines of a round that are new. What only counts on is said as far as it stands in one line."""
        fired = bool(answer.data.get("fired"))
        self.alarmed |= fired
        lines = list(answer.lines) if fired else list(answer.lines[:1])
        state = "\n".join(takewhile(lambda line: not line.startswith(COUNTED), lines))
        again = key in self.fired and not answer.data.get("new")
        if state == self.said.get(key) or again:
            self.said[key] = state
            self.fired.discard(key)
            return []
        self.said[key] = state
        if answer.data.get("new"):
            self.fired.add(key)
        if not fired:
            return wrapped(f"{at[11:19]} {key[1]}: {lines[0]}", then="  ")
        return [*lines, *([f"{answer.advice[0]}: {answer.advice[1]}"] if answer.advice else [])]

    def trouble(self, key: Key, error: GovernError | Refusal, at: str) -> list[str]:
        """Why a trigger cannot be counted now: said once."""
        if isinstance(error, Refusal):
            state = "; ".join(error.refused.reasons)
        else:
            state = "; ".join((error.message, *error.notes))
        if state == self.said.get(key):
            return []
        self.said[key] = state
        return wrapped(f"{at[11:19]} {key[1]}: not counted: {state}", then="  ")


def watching(here: Callable[[], Context], asked: Asked, every: str, output: str) -> Answer:
    """Rounds until Ctrl-C. UsageError or Refusal before the first one where nothing could ever be counted."""
    pause = _pause(every)
    if output != "text":
        raise UsageError(
            "--watch is for people; a program asks again by itself", type_line=same_line(without="--watch")
        )
    first = reading(here(), fetch=not (asked.dry_run or asked.offline))
    if asked.rollback:
        require_may(first)
    targets = to_watch(first, asked.packet, asked.trigger)
    if asked.series is not None and len(targets) > 1:
        named = ", ".join(trigger for _, trigger in targets)
        raise UsageError(f"a file is about one trigger: {named}", type_line=f"--trigger {targets[0][1]}")
    names = ", ".join(dict.fromkeys(trigger for _, trigger in targets))
    _now(wrapped(f"watching {names}, every {spoken(pause)}; Ctrl-C ends it", then="  "))
    seen = Watching()
    try:
        while True:
            for lines in _round(here, asked, seen):
                _now(lines)
            sleep(pause.total_seconds())
    except KeyboardInterrupt:
        return _ended(here, asked, seen)


def _ended(here: Callable[[], Context], asked: Asked, seen: Watching) -> Answer:
    """What is left when nobody watches any more."""
    if not asked.dry_run and waits(here()):
        said = ("watched no longer", NOT_PUBLISHED)
        return Answer(NAME, said, ExitCode.LEFT, "recorded", ("type", "govern sync"))
    fired = "; what fired is recorded" if seen.alarmed else ""
    return Answer(NAME, (f"watched no longer{fired}",), ExitCode.INTERRUPTED, "interrupted")


def _round(here: Callable[[], Context], asked: Asked, seen: Watching) -> Iterator[list[str]]:
    """One round over everything that is watched now: a packet that went into the field since then as well."""
    where = here()
    at = where.simulated or where.now
    try:
        reach = reached(where, ask=not (asked.dry_run or asked.offline))
        yield seen.remote(reach, at)
        targets = to_watch(reach.workspace, asked.packet, asked.trigger)
    except (Refusal, RepositoryError) as error:
        yield seen.trouble(("", asked.packet or "all"), error, at)
        return
    for key in targets:
        try:
            answer = evaluated(here(), replace(asked, packet=key[0], trigger=key[1]), reach)
        except (
            GovernError,
            Refusal,
        ) as error:  # a file in the middle of being written, a server that is away
            yield seen.trouble(key, error, at)
        else:
            yield seen.news(key, answer, at)


def _now(lines: list[str]) -> None:
    say(lines)
    sys.stdout.flush()


def _pause(text: str) -> timedelta:
    try:
        pause = duration(text)
    except ValueError:
        raise UsageError(
            f"--every takes a length like PT1M, not `{text}`", type_line="--every PT1M"
        ) from None
    if pause < LEAST:
        raise UsageError("--every is a second at least", type_line="--every PT1S")
    return pause
