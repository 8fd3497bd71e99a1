"""The week of drills, and a card under noise: what was done, what is missing, how firm a decision is."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from govern.domain.drills.simulation import Simulated
from govern.domain.duties import closing
from govern.domain.state import Duty
from govern.domain.windows import instant
from govern.report.drill_decided import decided_lines
from govern.report.drill_run import amount
from govern.report.wrap import beside, table, wrapped

if TYPE_CHECKING:
    from govern.operations.drills.standing import Week

WIDE = 30  # of a bar


def week_lines(found: "Week") -> list[str]:
    """Monday, Wednesday, Friday: each done, or missing."""
    week = found.week
    monday = instant(week.week.partition("/")[0])
    owed = f"{len(week.drills)} of {week.owed} rehearsals" + (
        f", {week.risk} is high risk" if week.risk else ""
    )
    lines = [beside(f"week of {monday:%a %m-%d}", owed)]
    chosen = f"{found.card}, {found.why}" if found.card else "no card is merged"
    lines += wrapped(f" {monday:%a %m-%d}  select   {chosen}", then=" " * 20)
    day = monday + timedelta(days=2)
    done = "; ".join(_drill(record.body) for record in week.drills)
    short = len(week.drills) < week.owed
    missing = f"MISSING: {week.owed - len(week.drills)}" if short else ""
    lines += wrapped(f" {day:%a %m-%d}  run      {'; '.join(filter(None, (done, missing)))}", then=" " * 20)
    for card in found.waiting:
        lines += wrapped(f"interrupted here: {card}", " " * 20)
    if not week.mixed:
        lines += wrapped("no mixed signal in it yet", " " * 20)
    day = monday + timedelta(days=4)
    said = "MISSING" if "published" in week.missing else _published(week.published)
    lines += wrapped(f" {day:%a %m-%d}  publish  {said}", then=" " * 20)
    for duty in found.owed:
        lines += wrapped(_owed(duty), " ", "   ")
    for duty in found.gone:
        line = closing(duty, gone=True)
        what, left = ("card", "a drill") if duty.kind == "drill" else ("package", "an update")
        lines += wrapped(f"{what} {duty.packet} is gone, and {left} of it is owed: {line}", " ", "   ")
    for package, targets in found.targets.items():
        told = ", ".join(f"{metric} {target:g}" for metric, target in targets.items())
        lines += wrapped(f"next targets of {package}: {told}", " ", "   ")
    for each in found.risks:
        lines += wrapped(
            f"high risk {each['from']} to {each['to']}, {each['id']}: two rehearsals a week", then="  "
        )
    return lines


def _owed(duty: Duty) -> str:
    proposed = f": {duty.text}" if duty.text else ""
    return f"update of package {duty.packet} owed by {duty.due[5:10]} ({duty.owner}){proposed}"


def _drill(body: Mapping[str, Any]) -> str:
    scenario = body["scenario"].replace("_", " ")
    return f"{body['card']['id']} {body['score']['total']}, {scenario}, {body['decision']['outcome']}"


def _published(records: Sequence[Any]) -> str:
    newest = {record.stream.partition("/")[2]: record.body["score"] for record in records}
    return ", ".join(f"{package} {score}" for package, score in sorted(newest.items()))


def week_data(found: "Week") -> dict[str, Any]:
    week = found.week
    return {
        "week": week.week,
        "owed": week.owed,
        "risk": week.risk,
        "drills": [record.name for record in week.drills],
        "mixed": week.mixed,
        "published": [record.name for record in week.published],
        "missing": list(week.missing),
        "card": found.card,
        "interrupted": list(found.waiting),
        "risks": [dict(each) for each in found.risks],
        "updates": [asdict(duty) for duty in found.owed],
        "gone": [asdict(duty) for duty in found.gone],
        "targets": {package: dict(targets) for package, targets in found.targets.items()},
    }


def simulated_lines(
    card_id: str,
    card: Mapping[str, Any],
    found: Simulated,
    values: Mapping[str, float],
    noise: Mapping[str, float],
) -> list[str]:
    """How often each outcome came, which metric decided, and what the values say without noise."""
    said = ", ".join(
        f"{name} {amount(value, card['metrics'][name]['unit'])}"
        + (f" ± {noise[name]:g}" if noise.get(name) else "")
        for name, value in values.items()
    )
    head = (
        f"{card_id}, {found.runs:,} runs: the rule says {found.nominal.outcome} in {100 * found.stable:.1f} %"
    )
    lines = [*wrapped(head, then="  "), *wrapped(said, " ", "   ")]
    rows = [
        [outcome, f"{count:,}", f"{100 * count / found.runs:.1f} %", "█" * round(WIDE * count / found.runs)]
        for outcome, count in found.outcomes.items()
    ]
    lines += table(["OUTCOME", "RUNS", "SHARE", ""], rows, frozenset({1, 2}))
    for (outcome, metric), count in found.deciding.items():
        lines.append(f" {outcome} by {metric} in {count:,}")
    return [*lines, *decided_lines(found.nominal.as_value(), {})]
