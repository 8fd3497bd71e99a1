"""A backtest as an answer: what a threshold caught, what it cost in false alarms, and which one is suggested."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from govern.domain.firing import Rule
from govern.domain.triggers.backtesting import Judged, Track
from govern.domain.triggers.counts import WITHIN
from govern.domain.windows import spoken, written
from govern.report.answer import Answer
from govern.report.plot_frame import SIGNS
from govern.report.wrap import table, wrapped

if TYPE_CHECKING:
    from govern.operations.triggers.backtest import Backtest

NAME = "trigger backtest"
SHOWN = 10  # runs, incidents or false alarms that are listed for people


def backtest_answer(found: "Backtest") -> Answer:
    history = found.history
    told = found.given or found.suggested
    lines = wrapped(
        f"{history.of or 'rule'}   {rule_words(history.rule, found.given or not found.swept)}", then="  "
    )
    lines += wrapped(f"{history.windows:,} windows, {_span(history.tracks)}", "  ")
    lines += [line for noted in (*history.noted, *found.noted) for line in wrapped(noted, "  ", "    ")]
    if found.swept is None:
        lines += _runs_lines(found)
    else:
        lines += _judged_lines(found)
        lines += _each(told, found, several=len(history.tracks) > 1) if told else []
    return Answer(NAME, tuple(lines), data=_data(found))


def rule_words(rule: Rule, threshold: Any = True) -> str:
    """`above 45 percent, 3 windows in a row`."""
    if rule.unit in WITHIN:
        return f"{number(rule.threshold)} {rule.unit} in one window"
    unit = "" if rule.unit in ("", "count") else f" {rule.unit}"
    limit = f"{number(rule.threshold)}{unit}" if threshold else f"a threshold{unit and ' in'}{unit}"
    many = f"{rule.bad} of {rule.of} windows" if rule.of else f"{rule.bad} windows in a row"
    return f"{SIGNS[rule.op]} {limit}, {many if rule.of or rule.bad > 1 else '1 window'}"


def number(value: float) -> str:
    return f"{value:,.15g}" if abs(value) < 1e6 else f"{value:.6g}"


def _span(tracks: Sequence[Track]) -> str:
    begin, end = min(track.moments[0] for track in tracks), max(track.moments[-1] for track in tracks)
    return f"{written(begin)} to {written(end)}"


def _runs_lines(found: "Backtest") -> list[str]:
    """Where it would have fired; nobody said when it should have."""
    said: list[str] = []
    for track in found.history.tracks:
        runs = found.history.rule.runs(track.values)
        name = f" ({track.name})" if track.name and len(found.history.tracks) > 1 else ""
        often = {0: "not fired", 1: "FIRED once"}.get(len(runs), f"FIRED {len(runs):,} times")
        said.append(f"{often}{name}")
        for first, last in runs[:SHOWN]:
            said.append(
                f"  {first}-{last}  {written(track.moments[first])} to {written(track.moments[last])}"
            )
        said += [f"  and {len(runs) - SHOWN:,} more: --format json"] if len(runs) > SHOWN else []
    return said


def _judged_lines(found: "Backtest") -> list[str]:
    swept = found.swept
    assert swept is not None, "labels judge it"
    judged = found.given or found.suggested
    said = []
    if found.split and judged:
        fitted = found.history.windows - judged.windows
        said += wrapped(
            f"fitted on the {fitted:,} before {written(found.split)}, judged on the {judged.windows:,} from then on",
            "  ",
        )
    rows = [
        [number(each.rule.threshold), what, f"{each.hits} of {len(each.catches)}", f"{len(each.false):,}",
         f"{each.a_week:.1f}" if each.a_week is not None else "-", spoken_delay(each.delay)]
        for what, each in (("given", found.given), ("suggested", found.suggested)) if each
    ]  # fmt: skip
    header = ["THRESHOLD", "", "CAUGHT", "FALSE ALARMS", "A WEEK", "MIDDLE DELAY"]
    said += table(header, rows, frozenset((0, 2, 3, 4))) if rows else []
    budget = f"{number(swept.budget)} false alarm{'' if swept.budget == 1 else 's'} a week"
    if swept.suggested is None:
        return [*said, f"none of the {len(swept.tried):,} thresholds tried keeps {budget}"]
    fit, where = swept.suggested, "before the split" if found.split else "here"
    tried = [number(each.rule.threshold) for each in (swept.tried[0], swept.tried[-1])]
    none = f"none of the {len(swept.tried):,} thresholds tried, {' to '.join(tried)}, caught an incident"
    if not fit.catches:
        why = f"suggested beyond every value {where}, where no incident is labelled"
    elif not fit.hits:
        why = f"suggested beyond every value {where}: within {budget} {none}"
    else:
        why = f"suggested within {budget}: caught {fit.hits} of {len(fit.catches)}, {len(fit.false)} false, {where}"
    return [*said, *wrapped(why, then="  ")]


def _each(judged: Judged, found: "Backtest", *, several: bool) -> list[str]:
    """The incidents and the false alarms of one threshold; whose they are, where several lines are counted."""
    if not (judged.catches or judged.false):
        return []
    said = [f"with {number(judged.rule.threshold)}, {'given' if found.given else 'suggested'}:"]
    for catch in judged.catches[:SHOWN]:
        whose = f" ({catch.track})" if catch.track and several else ""
        begin = written(catch.incident.begin)
        late = f"after {spoken_delay(catch.delay)}" if catch.alarm else f"until {written(catch.incident.end)}"
        said.append(f"{'caught' if catch.alarm else 'MISSED'}  {begin}  {late}{whose}")
    said += [f"and {len(judged.catches) - SHOWN:,} more incidents"] if len(judged.catches) > SHOWN else []
    for track, moment in judged.false[:SHOWN]:
        said.append(f"false   {written(moment)}" + (f"  ({track})" if track and several else ""))
    more = len(judged.false) - SHOWN
    return said + ([f"and {more:,} more false alarms: --format json"] if more > 0 else [])


def spoken_delay(delay: timedelta | None) -> str:
    return "-" if delay is None else spoken(delay) if delay else "0 s"


def _data(found: "Backtest") -> dict[str, Any]:
    history, swept = found.history, found.swept
    rule = history.rule
    if found.given is None and swept is not None:
        rule = replace(rule, threshold=swept.suggested.rule.threshold) if swept.suggested else rule
    lines = [
        {
            "cohort": track.name,
            "windows": len(track.values),
            "firing_runs": [list(run) for run in rule.runs(track.values)],
            "not_judged": sum(rule.is_bad(value) is None for value in track.values),
        }
        for track in history.tracks
    ]
    only = lines[0]["firing_runs"] if len(lines) == 1 else None
    return {
        "trigger": history.of,
        "rule": {
            "op": rule.op,
            "threshold": rule.threshold,
            "bad": rule.bad,
            "of": rule.of,
            "unit": rule.unit,
        },
        "windows": history.windows,
        "fired": any(line["firing_runs"] for line in lines),
        "firing_runs": only,
        "lines": lines,
        "source": dict(history.source),
        "noted": [*history.noted, *found.noted],
        "fit_until": written(found.split) if found.split else None,
        "budget_a_week": swept.budget if swept else None,
        "given": _judged(found.given),
        "suggested": _judged(found.suggested),
        "fit": _judged(swept.suggested) if swept else None,
        "sweep": [_short(each) for each in swept.tried] if swept else None,
    }


def _short(judged: Judged) -> dict[str, Any]:
    return {
        "threshold": judged.rule.threshold,
        "incidents": len(judged.catches),
        "hits": judged.hits,
        "false_alarms": len(judged.false),
        "false_alarms_a_week": judged.a_week,
        "delay_seconds": judged.delay.total_seconds() if judged.delay is not None else None,
    }


def _judged(judged: Judged | None) -> dict[str, Any] | None:
    if judged is None:
        return None
    caught = [
        {
            "cohort": catch.track,
            "start": written(catch.incident.begin),
            "end": written(catch.incident.end),
            "alarm": written(catch.alarm) if catch.alarm else None,
            "delay_seconds": catch.delay.total_seconds() if catch.delay is not None else None,
        }
        for catch in judged.catches
    ]
    false = [{"cohort": track, "at": written(moment)} for track, moment in judged.false]
    return {**_short(judged), "windows": judged.windows, "caught": caught, "false": false}
