"""`govern status` on one screen."""

import shlex
from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

from govern.domain.windows import WEEKDAYS, instant
from govern.errors import ExitCode
from govern.report.answer import Answer
from govern.report.lanes import short
from govern.report.wrap import WIDTH, beside, natural, table, wrapped

AGES = ((86_400, "d"), (3_600, "h"), (60, "min"))  # seconds
MAY = {"rollback_execute": "go back", "rollout_approve": "resume it", "monitoring_review": "look at it"}


def status_answer(status: Any, *, head: str, now: str, simulated: bool, check: bool, past: bool) -> Answer:
    """`status` is an `operations.status.Status`; `head` names the ledger. `past`: it is not of today."""
    moment = instant(now)
    lines = [*heading(head, now, simulated=simulated, past=past), *stale(status.fetched)]
    lines += fired_lines(status.fired, moment)
    lines += [f"YOU, {status.person}" if status.person else "YOU are nobody in the policy in force"]
    lines += _tasks(status.yours) or [" nothing waits for you"]
    lines += _surfaces(status.surfaces)
    lines += blocked_lines(status.blocked)
    lines += _lanes(status.lanes, moment)
    lines += _due(status.due, moment)
    lines += ["WAIVERS" if status.waivers else "WAIVERS none"]
    lines += [line for waiver in status.waivers for line in wrapped(waiver, " ", "   ")]
    lines += [line for note in status.notes for line in wrapped(note, "note ", "     ")]
    late = check and bool(status.overdue)
    advice = _advice(status, late) if not past else None
    code = ExitCode.NO if late else ExitCode.YES
    return Answer("status", tuple(lines), code, "failed" if late else "passed", advice, data=asdict(status))


def heading(head: str, now: str, *, simulated: bool, past: bool) -> list[str]:
    """What is read, beside the instant at which it is."""
    clock = f"{'as of ' if past else ''}{_weekday(instant(now))} {now[:10]} {now[11:16]} UTC"
    clock += " SIMULATED" if simulated else ""
    return [beside(head, clock)] if len(head) + len(clock) < WIDTH else [head, beside("", clock)]


def stale(seconds: int | None) -> list[str]:
    """How old the last fetch is, where it is not of this minute; nothing where there is no remote."""
    for size, unit in AGES:
        if seconds is not None and seconds >= size:
            return [f" as fetched {seconds // size} {unit} ago; with --fetch it is asked again"]
    return []


def fired_lines(rows: Sequence[Any], now: datetime) -> list[str]:
    """` ! TRIGGER of PACKET FIRED Fri 20 17:10, nobody took note; ana may go back`, and the line to type.

    `rows` are `operations.open_firings.FiredRow`.
    """
    lines = []
    for row in rows:
        taken = "nobody took note"
        if row.taken:
            taken = f"{row.taken[0]} took note {_moment(row.taken[1], instant(row.at))}"
        said = f"{row.trigger} of {row.packet} FIRED {_moment(row.at, now)}, {taken}"
        if row.who:
            said += f"; {' or '.join(row.who)} may {MAY[row.role]}"
        whole = paste(row.line)
        fits = all(len(line) <= WIDTH for line in whole)
        lines += [*wrapped(said, " ! "), *(whole if fits else paste(f"govern phase show {row.packet}"))]
        if row.package:
            what, shown = f"     package {row.package}", f"govern show packages/{row.package}"
            one = f"{what}: {shown}"
            lines += [one] if len(one) <= WIDTH else [what, *paste(shown)]
    return lines


def fired_advice(rows: Sequence[Any], person: str | None) -> tuple[str, str] | None:
    """The line of the first that is the person's own; else who types the line of the first."""
    own = next((row for row in rows if person is not None and (not row.who or person in row.who)), None)
    if own is not None:
        return ("type", own.line)
    return (f"{rows[0].who[0] if rows[0].who else 'somebody'} types", rows[0].line) if rows else None


def _moment(at: str, now: datetime) -> str:
    """The time alone where it is of today."""
    when = instant(at)
    return at[11:16] if when.date() == now.date() else f"{day(when, now)} {at[11:16]}"


def _advice(status: Any, late: bool) -> tuple[str, str] | None:
    """What answers a trigger that fired, else the most urgent of the person's own tasks, else what is blocked."""
    if status.fired:
        return fired_advice(status.fired, status.person)
    line = status.yours[0].line if status.yours else None
    if line is None and status.blocked:
        line = f"govern phase check {status.blocked[0][0]}"
    if late:
        return ("type", line or "govern log")
    return ("next", line) if line else None


def _tasks(tasks: list[Any]) -> list[str]:
    width = max((len(task.what) for task in tasks), default=0)
    lines = []
    for task in tasks:
        mark = "!" if task.overdue else "-"
        line = f" {mark} {task.what:<{width}}  {task.line}"
        lines += [line] if len(line) <= WIDTH else [*wrapped(task.what, f" {mark} "), *paste(task.line)]
    return lines


def paste(line: str) -> list[str]:
    """A line to type on lines of 80 columns, broken between words as a shell takes it."""
    lines = [" " * 5]
    for part in _words(line) if len(line) + 5 > WIDTH else [line]:
        if lines[-1].strip() and len(lines[-1]) + len(part) + 3 > WIDTH:
            lines[-1] += " \\"
            lines.append(" " * 7 + part)
        else:
            lines[-1] += f" {part}" if lines[-1].strip() else part
    return lines


def _words(line: str) -> list[str]:
    """The words of a line; an option keeps its value, and what is quoted stays whole."""
    found: list[str] = []
    held = ""
    for part in line.split(" "):
        held = f"{held} {part}" if held else part
        try:
            shlex.split(held)
        except ValueError:  # the quotation goes on
            continue
        if found and found[-1].startswith("--") and " " not in found[-1]:
            found[-1] += f" {held}"
        else:
            found.append(held)
        held = ""
    return [*found, held] if held else found


def _surfaces(rows: list[Any]) -> list[str]:
    cells = [[row.surface, row.packet, row.phase, row.on_next, row.prev] for row in rows]
    header = ["SURFACE", "PACKET", "PHASE", "ON NEXT", "PREV"]
    if natural(header, cells) <= WIDTH:
        return table(header, cells)
    narrow = table(header[:3], [row[:3] for row in cells])
    shown = [narrow[0]]
    for line, row in zip(narrow[1:], cells, strict=True):
        shown.append(line)
        shown += wrapped(row[3], "   on next  ") if row[3] != "-" else []
        shown += wrapped(row[4], "   on prev  ")
    return shown


def blocked_lines(blocked: list[Any]) -> list[str]:
    """Packets that wait at a border, and for what."""
    if not blocked:
        return ["BLOCKED nothing"]
    names = max(len(packet) for packet, _, _ in blocked)
    borders = max(len(to) for _, to, _ in blocked)
    lines = ["BLOCKED"]
    for packet, to, why in blocked:
        border = f"-> {to}".ljust(borders + 5) if to else ""
        lead = f" {packet:<{names}}  {border}"
        lines += wrapped("; ".join(why), lead, " " * min(len(lead), 40))
    return lines


def _lanes(rows: list[Any], now: datetime) -> list[str]:
    """A line for every cohort in mitigation; nothing where nobody is."""
    cells = [[f" {row.cohort}", row.lane, short(row.label), expiry(row.expires, now)] for row in rows]
    if natural([""] * 4, cells) <= WIDTH:
        return ["LANES", *table([""] * 4, cells)[1:]] if rows else []
    lines = ["LANES"]  # long keys: the lane, whose id begins with its key, goes below
    for cohort, *more in cells:
        lines += [*wrapped(cohort.strip(), " "), *wrapped(", ".join(more), "   ")]
    return lines


def expiry(end: str, now: datetime) -> str:
    """`expires Mon 30`, or that it has."""
    when = instant(end)
    return f"{'expires' if when > now else 'expired'} {day(when, now)}"


def _due(due: list[Any], now: datetime) -> list[str]:
    if not due:
        return ["DUE nothing"]
    return ["DUE", *dated(due, now)]


def dated(entries: Sequence[tuple[str, str]], now: datetime) -> list[str]:
    """What is due, each with its day."""
    days = [day(instant(when), now) for when, _ in entries]
    width = max(map(len, days), default=0)
    lines = []
    for when, (_, what) in zip(days, entries, strict=True):
        lines += wrapped(what, f" {when:<{width}}  ")
    return lines


def day(when: datetime, now: datetime) -> str:
    """`Tue 24` in this month, `Mon 12-21` in this year, else the whole date."""
    form = "%Y-%m-%d" if when.year != now.year else "%m-%d" if when.month != now.month else "%d"
    return f"{_weekday(when)} {when.strftime(form)}"


def _weekday(moment: datetime) -> str:
    return WEEKDAYS[moment.weekday()].capitalize()
