"""A drill while it runs: what each stage says, how each step is asked, and what came of a handoff."""

from collections.abc import Mapping, Sequence
from typing import Any

from govern.domain.document import Document
from govern.domain.drills.steps import Step, kept_within
from govern.domain.drills.times import BRANCH, STAGES
from govern.domain.windows import duration, instant
from govern.report.wrap import beside, wrapped

Value = Mapping[str, Any]
SIGNS = {"percent": " %", "ratio": "", "count": "", "score": ""}
BECAUSE = " a decision may say what it rests on: tune because latency is over 10"
SAID = {
    "trigger": "trigger the rollback condition",
    "pause-automation": "pause the package's automation",
    "revert-actions": "revert the actions",
    "clear-guardrails": "clear the guardrails",
    "baseline-checks": "run the checks of the baseline again",
    "log": "log time and reason: rehearsal",
}


def amount(value: float, unit: str) -> str:
    """`1.8 %`, `200 ms`, `0.4`."""
    return f"{value:g}{SIGNS.get(unit, f' {unit}')}"


def clocked(seconds: float) -> str:
    """`9:05`, minutes and seconds."""
    return f"{int(seconds) // 60}:{int(seconds) % 60:02}"


def limit_of(card: Value) -> int:
    """Seconds that the whole drill may take."""
    return sum(_seconds(card["checkpoint_slas"][stage]) for stage in STAGES)


def intro_lines(card: Document, package: Document, owners: tuple[str, ...], *, simulated: bool) -> list[str]:
    value, title = card.value, package.value.get("title")
    what = f"{card.id}   {value['scenario'].replace('_', ' ')}, severity {value['expected_severity']}"
    lines = [
        beside(what, f"limit {clocked(limit_of(value))}"),
        *(wrapped(f" rehearses {package.id}, {title}", then="   ") if title else ()),
        *wrapped(
            f"A drill: nothing is bound, no incident figure changes. {' and '.join(owners)} decide,"
            " each alone. u takes the last answer back, q or ^C pauses."
        ),
    ]
    return [*lines, "SIMULATED clock: @9:30 in front of an answer sets it"] if simulated else lines


def stage_lines(card: Value, stage: str) -> list[str]:
    """What is on the screen when a stage begins."""
    name = stage.replace("_", " ")
    head = f"[{STAGES.index(stage) + 1}/5 {name} {clocked(_seconds(card['checkpoint_slas'][stage]))}]"
    if stage == "readout":
        return [head, *metric_lines(card), *criteria_lines(card["criteria"])]
    if stage == "side_effect":
        return [f"{head}   first, what would you decide as it stands?", BECAUSE]
    if stage == "execution":
        return [f"{head}   Enter done, s skipped, n NOTE, a handoff acknowledged"]
    return [head, BECAUSE] if stage == "decision" else [head]


def metric_lines(card: Value) -> list[str]:
    """`mismatch_rate 1.3 % -> 3 %, safety`, those that breach."""
    return [
        f" {name} {amount(each['baseline'], each['unit'])} -> {amount(each['breach'], each['unit'])}, {each['tier']}"
        for name, each in card["metrics"].items()
    ]


def criteria_lines(criteria: Value) -> list[str]:
    """The rule, in the order in which it is asked."""
    lines = []
    for outcome, joined in (("rollback", " or "), ("keep", " and "), ("tune", " and ")):
        said = joined.join(condition(limit) for limit in criteria[outcome])
        lines += wrapped(f" {outcome:<9} {said}", then=" " * 11)
    return lines


def condition(limit: Value) -> str:
    bounds = " and ".join(
        f"{op.replace('_', ' ')} {value:g}" for op, value in limit.items() if op != "metric"
    )
    return f"{limit['metric']} {bounds}"


def question(step: Step, card: Value, package: Value, known: float | None = None) -> str:
    """How a step is asked; `known` is what Enter takes for a value."""
    if step.form == "choice":
        return f" {step.who}, alone at the keyboard: keep, tune, rollback, wait"
    if step.form in ("number", "target"):
        unit = amount(0, card["metrics"][step.subject]["unit"])[1:].strip()
        if step.form == "number":
            taken = "" if known is None else f" [{known:g}]"
            return f" measured {step.subject}" + (f", {unit}" if unit else "") + taken
        limit = kept_within(card, step.subject)
        return f" next target for {step.subject}" + (f", {limit}" if limit else "")
    if step.form in ("asked", "acknowledged", "yes_no", "count"):
        return _handoff_question(step, card, package)
    if step.form == "action":
        every = [*package["actions"], *package.get("temporary_guardrails", ())]
        number = next(n for n, each in enumerate(every, start=1) if each["id"] == step.at[-1])
        return f" {number} {step.subject}"
    return _other_question(step, card)


def _other_question(step: Step, card: Value) -> str:
    if step.at[0] == "rollback":
        return f"  {BRANCH.index(step.subject) + 1} {SAID[step.subject]}"
    if step.form == "files":
        return " evidence FILE,…"
    if step.form == "words":
        return " one package update"
    if step.stage == "side_effect":
        metric = card["metrics"][step.subject]
        becomes = amount(card["side_effect"]["becomes"], metric["unit"])
        return f" {step.subject} {amount(metric['breach'], metric['unit'])} -> {becomes}; Enter when seen"
    return " Enter when the log is closed" if step.stage == "closeout" else " Enter when read, q pauses"


def _handoff_question(step: Step, card: Value, package: Value) -> str:
    handoff = card["handoffs"][step.at[1]]
    who = package["owner_routes"][handoff["to"]]
    if step.form == "asked":
        return f" handoff {handoff['from']} -> {handoff['to']}: Enter when {who} is asked"
    if step.form == "acknowledged":
        return f" Enter when {who} acknowledged, x nobody did"
    if step.form == "yes_no":
        return f" had {who} the whole context? [y/n]"
    return {"still_open": " items still open afterwards", "reopened": " items that came back"}[step.subject]


def handoff_lines(card: Value, package: Value, handoff: Value, began: str) -> list[str]:
    """`handoff release -> analytics, kim: asked 5:00, acknowledged 9:30, LATE (3:00)`."""
    limit = next(
        each["acknowledge_within"]
        for each in card["handoffs"]
        if (each["from"], each["to"]) == (handoff["from"], handoff["to"])
    )
    who = package["owner_routes"][handoff["to"]]
    head = f" handoff {handoff['from']} -> {handoff['to']}, {who}: asked {_at(began, handoff['asked_at'])}"
    when = handoff.get("acknowledged_at")
    if when is None:
        return wrapped(f"{head}, NOT acknowledged", then="   ")
    late = instant(when) - instant(handoff["asked_at"]) > duration(limit)
    said = f"LATE ({clocked(_seconds(limit))})" if late else "in time"
    return wrapped(f"{head}, acknowledged {_at(began, when)}, {said}", then="   ")


def paused_lines(stage: str, elapsed: int, kept: Sequence[str]) -> list[str]:
    whose = " and ".join(f"{owner}'s answer" for owner in kept)
    answers = f"; {whose} is kept" if kept else ""
    return wrapped(f"paused at {clocked(elapsed)} in stage {STAGES.index(stage) + 1}{answers}")


def resumed_lines(stage: str, elapsed: int, behind: int) -> list[str]:
    """Where it goes on. A clock that went back meanwhile is left where the last answer was."""
    at = f"stage {STAGES.index(stage) + 1} of 5 at {clocked(elapsed)}"
    if not behind:
        return [f"{at}: the clock ran on"]
    return wrapped(f"{at}: the clock of this machine went back by {clocked(behind)}; it goes on from here")


def evidence_lines(files: Sequence[Value], card: Value) -> list[str]:
    """Each file as it was taken: `drill.csv as it is now: mismatch_rate 1.8`."""
    lines = []
    for row in files:
        values = [f"{name} {row['metrics'][name]:g}" for name in card["metrics"] if name in row["metrics"]]
        lines += wrapped(f"{row['path']} as it is now: {', '.join(values) or 'no value of this card'}", "  ")
    return lines


def rollback_lines(package: Value, card: Value) -> list[str]:
    """What the branch undoes, and in which order."""
    reverts = {action["id"]: action["revert"] for action in package["actions"]}
    window = clocked(_seconds(card["recovery_window"]))
    lines = [beside(" rollback branch, whatever was decided", f"recovery window {window}")]
    for name in package["revert_order"]:
        lines += wrapped(f"   revert  {name}: {reverts[name]}", then=" " * 11)
    for guardrail in package.get("temporary_guardrails", ()):
        lines += wrapped(f"   clear   {guardrail['id']}: {guardrail['clear']}", then=" " * 11)
    return lines


def _at(began: str, when: str) -> str:
    return clocked((instant(when) - instant(began)).total_seconds())


def _seconds(length: str) -> int:
    return int(duration(length).total_seconds())
