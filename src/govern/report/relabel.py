"""Relabelling in words: what there is to mark, what was marked, whether it is all, and what was handed on.

Figures are those of the record `decisions_relabeled`; a screen shows the first cohorts, records and JSON have all.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from govern.domain.records import Record
from govern.domain.rollback.relabeling import unproved
from govern.domain.rollback.served import ahead_of_clock
from govern.domain.windows import instant, spoken
from govern.errors import ExitCode
from govern.report.answer import Answer
from govern.report.wrap import table, wrapped

SHOWN = 20  # cohorts that are named
Figures = Mapping[str, Any]


def counted_lines(rolled_back: Record, figures: Figures, *, done: bool) -> list[str]:
    """The range and the decisions by cohort; `done`: they are marked, else they are to be."""
    what = f"{figures['context']}: back {rolled_back.when} by {rolled_back.actor}, {rolled_back.name}"
    since, until = figures["range"]["since"], figures["range"]["until"]
    stale = instant(until) - instant(rolled_back.when)
    more = f", {spoken(stale)} longer than bound" if stale else ""
    lines = [*wrapped(what, then="  "), *wrapped(f"served {since} to {until}{more}", "  ", "  ")]
    first = figures["log"]["first"]
    if first > since:
        lines += wrapped(
            f"note: the log begins {first}, after the incident began: is all of it here?", "  ", "  "
        )
    marked = "relabelled" if done else "to relabel"
    lines += table(["cohort", "in window", marked, "no version", ""], _rows(figures), frozenset((1, 2, 3)))
    lines += wrapped(astray, then="  ") if (astray := _astray(figures)) else []
    return lines + (
        wrapped(f"note: {ahead_of_clock(figures['ahead'])}", then="  ") if figures["ahead"] else []
    )


def _astray(figures: Figures) -> str:
    """`on next, of no cohort: TV 1, (no key) 1`: what no mark reaches, as nobody's way back was about it."""
    found = figures["of_no_cohort"]
    named = [f"{'(no key)' if each['cohort'] is None else each['cohort']} {each['n']:,}" for each in found]
    more = f" and {len(named) - SHOWN:,} more" if len(named) > SHOWN else ""
    return f"on next, of no cohort: {', '.join(named[:SHOWN])}{more}" if named else ""


def _rows(figures: Figures) -> list[list[str]]:
    cohorts = figures["cohorts"]
    rows = [_row(each["cohort"], each) for each in cohorts[:SHOWN]]
    if rest := cohorts[SHOWN:]:
        rows.append(_row(f"and {len(rest):,} more", _sum(rest)))
    if "other_keys" in figures:
        rows.append(_row("(other keys)", figures["other_keys"], "on the default, which went back too"))
    keyless = figures["no_key"]
    on_prev = keyless["in_window"] and not keyless["on_version"]
    return [*rows, _row("(no key)", keyless, "on prev: counted, not relabelled" if on_prev else "")]


def _row(name: str, counts: Figures, said: str = "") -> list[str]:
    return [name, *(f"{counts[key]:,}" for key in ("in_window", "relabelled", "no_version")), said]


def _sum(rows: Sequence[Figures]) -> dict[str, int]:
    return {key: sum(row[key] for row in rows) for key in ("in_window", "relabelled", "no_version")}


def unfit(rolled_back: Record, proved: Any) -> Answer | None:
    """Why a proof does not hold, with what to type; None where it does. `proved`: `operations.relabel.Proved`."""
    found, figures = proved.verified, proved.figures
    path = figures["sidecar"]["path"]
    if found.extra:
        some = _some(found.extra, found.extra_ids)
        said = (
            f"failed: {path} marks {some} that the incident in this log does not have: is it the whole log?"
        )
        line = "--log FILE"
    elif found.missing:
        said = f"failed: {path} leaves out {_some(found.missing, found.missing_ids)}"
        line = f"govern relabel apply {rolled_back.stream.partition('/')[2]}"
    elif proved.known is None and not proved.reached:
        said, line = f"inconclusive: {unproved(figures['log']['last'], proved.wanted)}", "--log FILE"
        said += f"; {ahead_of_clock(figures['ahead'])}" if figures["ahead"] else ""
    else:
        return None
    lines = (*counted_lines(rolled_back, figures, done=True), *wrapped(said, then="  "))
    data = {**figures, "missing": list(found.missing_ids), "extra": list(found.extra_ids), "reasons": [said]}
    return Answer("relabel verify", lines, ExitCode.NO, said.partition(":")[0], ("type", line), data=data)


def _some(count: int, names: Sequence[str]) -> str:
    """`3 decisions (d1, d2, …)`."""
    more = ", …" if count > len(names) else ""
    return f"{count:,} decision{'s' * (count != 1)} ({', '.join(names)}{more})"


def proved_lines(rolled_back: Record, proved: Any) -> list[str]:
    rows, last = proved.figures["sidecar"]["rows"], proved.figures["log"]["last"]
    astray = _astray(proved.figures)
    other = f"no other of a cohort; {astray}" if astray else "no other"
    text = f"complete: each of {rows:,} is marked once, and {other}; the log reaches {last}"
    return [*counted_lines(rolled_back, proved.figures, done=True), *wrapped(text, then="  ")]


def handed_on_answer(handed: Any) -> Answer:
    """Outcomes with and without context, by surface and cohort. `handed`: `operations.relabel.HandedOn`."""
    exported = handed.exported
    counts = ("n", "passed", "failed", "unknown")
    rows = [
        [row["surface"], row["cohort"] or "(no key)", row["context"] or "-", *(f"{row[n]:,}" for n in counts)]
        for row in exported.outcomes
    ]
    header = ["surface", "cohort", "context", "decisions", "passed", "failed", "unknown"]
    lines = table(header, rows[: 2 * SHOWN], frozenset((3, 4, 5, 6)))
    lines += [f"and {len(rows) - 2 * SHOWN:,} more rows"] if len(rows) > 2 * SHOWN else []
    if handed.unproved:
        lines += wrapped(f"note: nobody has verified {', '.join(handed.unproved)}", then="  ")
    lines += wrapped(f"{exported.path}: {exported.rows:,} decisions, {exported.sha256[:19]}", then="  ")
    data = {
        "path": str(exported.path),
        "sha256": exported.sha256,
        "rows": exported.rows,
        "sidecars": dict(exported.sidecars),
        "outcomes": exported.outcomes,
        "unverified": list(handed.unproved),
    }
    return Answer("relabel export", tuple(lines), data=data)


def joined(name: str, packet: str, answers: Sequence[Answer], following: str | None) -> Answer:
    """The answers for several rollbacks as one: the first that is not yes decides how it ends."""
    decisive = next((answer for answer in answers if answer.exit != ExitCode.YES), answers[-1])
    lines = tuple(line for answer in answers for line in answer.lines)
    data = {"packet": packet, "rollbacks": [dict(answer.data) for answer in answers]}
    if "reasons" in decisive.data:
        data["reasons"] = decisive.data["reasons"]
    advice = ("next", following) if following and decisive.exit == ExitCode.YES else decisive.advice
    return Answer(name, lines, decisive.exit, decisive.verdict, advice, data=data)
