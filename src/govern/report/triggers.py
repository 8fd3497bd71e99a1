"""What a trigger says, in words: fired, with the cohorts and their values, or how far it is from that."""

import math
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from govern.domain.firing import Line, Rule
from govern.domain.triggers.counts import WITHIN
from govern.domain.windows import duration, spoken, written
from govern.errors import ExitCode
from govern.report.answer import Answer
from govern.report.wrap import wrapped

NAME = "trigger evaluate"
SHOWN = 10  # runs, or rows left out, that are listed for people


def series_answer(rule: Rule, lines: Sequence[Line], times: Sequence[datetime]) -> Answer:
    """A file by itself. `times` are those of its rows; the place of a row is its number from 0."""
    said: list[str] = []
    for line in lines:
        runs = rule.runs(line.values)
        if not runs:
            said += wrapped(_not_fired(rule, line, name=len(lines) > 1), then="  ")
            continue
        often = "once" if len(runs) == 1 else f"{len(runs):,} times"
        head = f"FIRED {often} in {len(line.rows):,} windows: {rule.bad} {_condition(rule)}"
        head += " in a row" if rule.bad > 1 and not rule.of else _among(rule)
        said += wrapped(f"{head} ({line.name})" if line.name else head, then="  ")
        for first, last in runs[:SHOWN]:
            begin, end = (written(times[line.rows[place].place]) for place in (first, last))
            said.append(f"  {first}-{last}  {begin} to {end}" if last > first else f"  {first}  {begin}")
        if len(runs) > SHOWN:
            said.append(f"  and {len(runs) - SHOWN:,} more: --format json")
    return _answered(rule, lines, said, {"fired": any(rule.runs(line.values) for line in lines)})


def evaluated_answer(evaluated: Any) -> Answer:
    """`evaluated` is an `operations.triggers.Evaluated`."""
    watch, rule = evaluated.watch, evaluated.watch.rule
    lines = [counted.line for counted in evaluated.counted]
    said = _fired(evaluated) if evaluated.fresh else []
    for record in evaluated.known:
        taken = watch.packet.acknowledged.get(record.name)
        note = f"{taken.actor} took note at {taken.when}" if taken else "nobody took note yet"
        said += wrapped(
            f"FIRED already {record.body['trigger']}, {record.name} at {record.when}; {note}", then="  "
        )
    if not said:
        near = max(lines, key=lambda line: _nearness(rule, line))
        said += wrapped(_not_fired(rule, near, name=len(lines) > 1), then="  ")
    first, last = min(line.rows[0].place for line in lines), max(line.rows[-1].place for line in lines)
    span = f"{watch.grid.start(first)} to {watch.grid.end(last)}"
    many = f"{len(lines)} cohorts, " if len(lines) > 1 else ""
    said += wrapped(f"{many}windows of {spoken(duration(watch.grid.length))}, {span}", "  counted: ", "    ")
    said += [line for each in evaluated.left_out[:SHOWN] for line in wrapped(each, "  ", "    ")]
    if len(evaluated.left_out) > SHOWN:
        said.append(f"  and {len(evaluated.left_out) - SHOWN} more")
    data = {
        "packet": watch.packet.id,
        "trigger": watch.trigger["id"],
        "action": watch.trigger["action"],
        "fired": bool(evaluated.fresh or evaluated.known),
        "new": bool(evaluated.fresh),
        "known": [record.name for record in evaluated.known],
        "window": watch.grid.length,
        "left_out": list(evaluated.left_out),
        "source": dict(evaluated.source),
    }
    return _answered(rule, lines, said, data)


def package_lines(package: Mapping[str, Any]) -> list[str]:
    """What else is done when it fires: the steps in their order, who is called, and where it is told in whole."""
    steps = " ".join(f"{place} {action['do']}." for place, action in enumerate(package["actions"], start=1))
    calls = ", ".join(f"{what} {who}" for what, who in package["owner_routes"].items())
    lines = wrapped(f"{package['id']}: {steps} {calls[:1].upper()}{calls[1:]}", "package  ")
    return [*lines, f"         govern show {package['id']}"]


def _nearness(rule: Rule, line: Line) -> float:
    """How near the newest windows of a line are to firing."""
    if rule.unit not in WITHIN:
        return rule.counted(line.values)
    newest = line.rows[-1].value
    return newest if newest is not None and math.isfinite(newest) else 0.0


def _fired(evaluated: Any) -> list[str]:
    """`FIRED xr-dislocation  xr-na 7.4 %, xr-eu 8.1 %; limit 3.0 %, 2 windows of 5 min`."""
    watch, rule = evaluated.watch, evaluated.watch.rule
    newest: dict[str, float | None] = {}
    for row in evaluated.fresh:
        newest[row.cohort or "all"] = row.value
    values = ", ".join(
        f"{cohort} {_shown(value, rule.unit)}" for cohort, value in list(newest.items())[:SHOWN]
    )
    values += f" and {len(newest) - SHOWN} more" if len(newest) > SHOWN else ""
    counted = f"{rule.bad} of {rule.of}" if rule.of else f"{rule.bad}"
    windows = f"{counted} window{'s' * (counted != '1')} of {spoken(duration(watch.grid.length))}"
    limit = f"limit {_shown(rule.threshold, rule.unit)}"
    return wrapped(f"FIRED {watch.trigger['id']}  {values}; {limit}, {windows}", then="  ")


def _shown(value: float | None, unit: str) -> str:
    if value is None:
        return "no data"
    number = str(value) if len(str(value)) <= 6 else f"{value:.4g}"
    return f"{number} {'%' if unit == 'percent' else unit}".rstrip()


def _condition(rule: Rule) -> str:
    """`windows above 3.0 percent`."""
    windows = "windows" if rule.bad > 1 else "window"
    return f"{windows} {rule.op.replace('_', ' ')} {rule.threshold} {rule.unit}".rstrip()


def _among(rule: Rule) -> str:
    return f" among {rule.of}" if rule.of else ""


def _not_fired(rule: Rule, line: Line, *, name: bool) -> str:
    """How far the newest windows of a line are from firing."""
    where = f" ({line.name})" if name and line.name else ""
    if rule.unit in WITHIN:
        newest = _shown(line.rows[-1].value, "") if line.rows else "no data"
        return f"not fired: {newest} of {rule.threshold} {rule.unit} in the newest window{where}"
    return f"not fired: {rule.counted(line.values)} of {rule.bad} {_condition(rule)}{_among(rule)}{where}"


def _answered(rule: Rule, lines: Sequence[Line], said: list[str], data: Mapping[str, Any]) -> Answer:
    """Evaluated, fired or not, is a yes; where the newest windows leave it open, inconclusive."""
    undecided = [line.name or "all" for line in lines if rule.is_open(line.values)]
    said += (
        wrapped(f"not judged: the newest windows ({', '.join(undecided)})", then="  ") if undecided else []
    )
    hangs = bool(undecided) and not data["fired"]
    cohorts = [
        {
            "cohort": line.name,
            "windows": len(line.rows),
            "firing_runs": [list(run) for run in rule.runs(line.values)],
            "streak": rule.counted(line.values),
            "not_judged": sum(rule.is_bad(value) is None for value in line.values),
        }
        for line in lines
    ]
    only = cohorts[0]["firing_runs"] if len(cohorts) == 1 else None
    return Answer(
        NAME,
        tuple(said),
        ExitCode.NO if hangs else ExitCode.YES,
        "inconclusive" if hangs else "passed",
        data={**data, "firing_runs": only, "lines": cohorts},
    )
