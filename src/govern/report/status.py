"""`govern status` on one screen."""

from dataclasses import asdict
from typing import Any

from govern.domain.windows import WEEKDAYS, instant
from govern.report.answer import Answer
from govern.report.wrap import WIDTH, table, wrapped


def status_answer(status: Any, *, head: str, now: str, simulated: bool) -> Answer:
    """`status` is an `operations.status.Status`; `head` names the ledger."""
    moment = instant(now)
    clock = f"{WEEKDAYS[moment.weekday()].capitalize()} {now[:10]} {now[11:16]} UTC"
    clock += " SIMULATED" if simulated else ""
    lines = [f"{head}{clock.rjust(max(1, WIDTH - len(head)))}"]
    lines += [f"YOU, {status.person}" if status.person else "YOU are nobody in the policy in force"]
    lines += _tasks(status.yours) or [" nothing waits for you"]
    lines += _surfaces(status.surfaces)
    lines += _blocked(status.blocked)
    lines += _due(status.due)
    lines += [" ".join(["WAIVERS", *([] if status.waivers else ["none"])])]
    lines += [line for waiver in status.waivers for line in wrapped(waiver, " ")]
    lines += [line for note in status.notes for line in wrapped(note, "note ", "     ")]
    first = next((task for task in status.yours if task.overdue), None) or (status.yours or [None])[0]
    advice = ("next", first.line if first else "govern phase show PACKET") if first else None
    data = asdict(status)
    return Answer("status", tuple(lines), advice=advice, data=data)


def _tasks(tasks: list[Any]) -> list[str]:
    if not tasks:
        return []
    width = max(len(task.what) for task in tasks)
    lines = []
    for task in tasks:
        mark = "!" if task.overdue else "-"
        line = f" {mark} {task.what:<{width}}  {task.line}"
        lines += [line] if len(line) <= WIDTH else [f" {mark} {task.what}", f"     {task.line}"]
    return lines


def _surfaces(rows: list[Any]) -> list[str]:
    cells = [[row.surface, row.packet, row.phase, row.on_next, row.prev] for row in rows]
    header = ["SURFACE", "PACKET", "PHASE", "ON NEXT", "PREV"]
    lines = table(header, cells)
    if max(map(len, lines)) <= WIDTH:
        return lines
    narrow = table(header[:3], [row[:3] for row in cells])
    shown = [narrow[0]]
    for line, row in zip(narrow[1:], cells, strict=True):
        shown.append(line)
        shown += wrapped(f"on next: {row[3]}", "   ", "     ") if row[3] != "-" else []
        shown += wrapped(f"on prev: {row[4]}", "   ", "     ")
    return shown


def _blocked(blocked: list[Any]) -> list[str]:
    if not blocked:
        return ["BLOCKED nothing"]
    width = max(len(packet) for packet, _, _ in blocked)
    lines = ["BLOCKED"]
    for packet, to, why in blocked:
        border = f"-> {to}" if to else ""
        lines += wrapped("; ".join(why), f" {packet:<{width}}  {border:<11}  ")
    return lines


def _due(due: list[Any]) -> list[str]:
    if not due:
        return ["DUE nothing"]
    return ["DUE", *(line for when, what in due for line in wrapped(what, f" {_day(when)}  "))]


def _day(when: str) -> str:
    moment = instant(when)
    return f"{WEEKDAYS[moment.weekday()].capitalize()} {when[:10]}"
