"""A rollback in the decision log, in words: served or not yet, and the four instants that are kept apart."""

from collections.abc import Iterator, Mapping
from dataclasses import asdict
from typing import Any

from govern.domain.records import Record
from govern.domain.rollback.incidents import trigger_of
from govern.domain.rollback.served import ahead_of_clock, slower
from govern.domain.state import Packet
from govern.domain.windows import duration, instant, spoken
from govern.errors import ExitCode
from govern.report.answer import Answer
from govern.report.wrap import wrapped

NAME = "rollback verify"
SHOWN = 20  # cohorts that are named


def clock(at: str, beside: str) -> str:
    """The time of an instant; with its day where that is another one than of `beside`."""
    return at[11:19] if at[:10] == beside[:10] else at


def _counted(counts: Mapping[str, int]) -> str:
    """`(xr-eu 37, xr-na 41)`: who decided how much."""
    named = [f"{cohort} {n:,}" for cohort, n in counts.items() if n]
    more = f" and {len(named) - SHOWN:,} more" if len(named) > SHOWN else ""
    return f"({', '.join(named[:SHOWN])}{more})" if named else ""


def served_lines(seen: Any) -> list[str]:
    """SERVED, with who decided since; `seen` is an `operations.served.Seen`."""
    rows = seen.since
    total, back = (sum(getattr(row, name) for row in rows.values()) for name in ("n", "on_version"))
    who = _counted({cohort: row.n for cohort, row in rows.items()})
    at = clock(seen.window.since, seen.rollback.when)
    said = f"{seen.back.baseline} in {back:,} of {total:,} decisions {who} since then"
    return [*wrapped(said, f"{at} SERVED: ", "  "), *wrapped(_last(seen), then="  ")]


def _last(seen: Any) -> str:
    stay = [cohort for cohort in seen.rollback.body["stay"] if cohort in seen.packet.on_next]
    names = " ".join(stay[:SHOWN]) + (f" and {len(stay) - SHOWN:,} more" if len(stay) > SHOWN else "")
    unchanged = f"; {names} unchanged" if stay else ""
    if seen.last is None:
        return f"no decision on {seen.left.baseline} since the way back{unchanged}"
    return f"last decision on {seen.left.baseline} {clock(seen.last, seen.rollback.when)}{unchanged}"


def took_lines(packet: Packet, record: Record) -> list[str]:
    """How long it took, beside the estimate. `record` verified the rollback."""
    rolled_back = next(known for known in packet.history if known.name == record.body["rollback"])
    start = "the trigger" if trigger_of(packet, rolled_back) else "the way back"
    took = f"{_spoken(record.body['seconds']['to_served'])} after {start}{_estimated(record.body)}"
    more = f": write a new time_to_rollback for {packet.surface}" if slower(record.body) else ""
    return wrapped(f"{took}{more}", then="  ")


def _estimated(body: Mapping[str, Any]) -> str:
    if body["estimate"] is None:
        return ", estimated by nobody"
    estimate = spoken(duration(body["estimate"]))
    return f", slower than the estimated {estimate}" if slower(body) else f" (estimated {estimate})"


def _spoken(seconds: int) -> str:
    return spoken(duration(f"PT{seconds}S"))


def unserved_answer(seen: Any, line: str) -> Answer:
    """Not served yet, or nothing that shows it; with the line that waits for it."""
    still = seen.outcome == "still served"
    lines = wrapped(_still(seen) if still else f"inconclusive: {_lacking(seen)}", then="  ")
    lines += wrapped(f"the log ends {clock(seen.ends, seen.rollback.when)}", then="  ")
    if seen.ahead:  # waiting mends no clock
        lines += wrapped(ahead_of_clock(seen.ahead), then="  ")
        line = "--log FILE"
    verdict = "failed" if still else "inconclusive"
    return Answer(NAME, tuple(lines), ExitCode.NO, verdict, ("type", line), data=seen_data(seen))


def _still(seen: Any) -> str:
    counts = {cohort: one.n for cohort, one in seen.on_next.items()}
    total = sum(row.n for row in seen.since.values())
    when = seen.rollback.when
    return (
        f"still served: {seen.left.baseline} in {sum(counts.values()):,} of {total:,} decisions"
        f" {_counted(counts)} since {clock(when, when)}, the last {clock(seen.last, when)}"
    )


def _lacking(seen: Any) -> str:
    """What keeps the log from showing anything."""
    when = seen.rollback.when
    since = seen.window.since if seen.window else when
    if seen.ends < when:
        return f"the log has no decision since the way back, {clock(when, when)}"
    if seen.silent:
        names = " ".join(seen.silent[:SHOWN])
        more = f" and {len(seen.silent) - SHOWN:,} more" if len(seen.silent) > SHOWN else ""
        return f"no decision of {names}{more} since {clock(since, when)} says which version made it"
    return f"none on {seen.left.baseline} since {clock(when, when)}, but the first {seen.length} is not over"


def seen_data(seen: Any) -> dict[str, Any]:
    """All of it for programs."""
    return {
        "outcome": seen.outcome,
        "rollback": seen.rollback.name,
        "window": asdict(seen.window) if seen.window else None,
        "on_next": {cohort: asdict(one) for cohort, one in seen.on_next.items()},
        "since": {cohort: asdict(one) for cohort, one in seen.since.items()},
        "last": seen.last,
        "log": {**seen.log, "last": seen.ends},
    }


def instants(packet: Packet, rollback: Record) -> str:
    """Trigger, RECORDED, PUBLISHED and SERVED of a rollback, kept apart, in one paragraph."""
    return " ".join(_instants(packet, rollback))


def _instants(packet: Packet, rollback: Record) -> Iterator[str]:
    fired, verified = trigger_of(packet, rollback), packet.served.get(rollback.name)
    when = rollback.when
    start = min(fired.when, when) if fired else when

    def after(at: str) -> str:
        return f"{clock(at, when)}, after {spoken(instant(at) - instant(start))}"

    yield f"Fired {clock(start, when)} ({fired.body['trigger']})." if fired else "No trigger fired."
    yield f"RECORDED {after(when) if fired else clock(when, when)}."
    yield (
        f"PUBLISHED {after(rollback.at)}." if rollback.happened_at else "PUBLISHED: the ledger keeps no time."
    )
    if verified is None:
        yield "SERVED: not verified yet."
    else:
        since = verified.body["window"].partition("/")[0]
        yield f"SERVED {after(since)}{_estimated(verified.body)}."
