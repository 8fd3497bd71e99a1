"""A drill that was run, in words: the decision, the way back, and the score with what is missing of it."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from govern.domain.drills.confidence import READY, Confidence
from govern.domain.drills.lacking import lacks, said
from govern.domain.drills.score import GROUPS
from govern.domain.windows import duration
from govern.report.drill_decided import decided_lines, restored_lines
from govern.report.drill_run import clocked
from govern.report.wrap import beside, headed, wrapped

Value = Mapping[str, Any]
PARTS = {
    "actions_in_order": "actions {done}/{out_of} in order",
    "stages_in_time": "stages {done}/{out_of} in time",
    "inside_the_limit": "within 45:00",
    "handoffs_on_time": "handoff on time",
    "context_complete": "context complete",
    "owner_as_rule": "{who} = rule",
    "owners_agree": "{both}",
    "steps": "steps {done}/{out_of}",
    "in_recovery_window": "in the window",
    "restored": "restored = frozen",
    "side_effect": "side effect",
    "evidence": "evidence",
    "handoffs_measured": "handoff measures",
    "update_and_targets": "update and target",
    "times_and_reason": "times and reason",
}
STATUS = {
    "production_ready": "production ready",
    "conditional": "conditional",
    "hold": "hold: no high severity",
    "draft": "draft",
}
CAPS = {
    "changed": "the package has changed since it was drilled",
    "gone": "the package is not merged any more",
    "never": "never drilled",
    "zero": "the last drill is so long ago that it counts for nothing",
    "stale": "stale: the last drill is too long ago for more than conditional",
    "tune": "held to the score before it until the package is updated and the same card drilled again",
    "handoff": "a handoff outside its band: conditional at most",
    "straightforward": "straightforward drills only, four weeks long: conditional at most",
    "not_passed": "of high impact, and no drill of this version was passed: conditional at most",
}
DIFFERS = {  # fields of a card; what else keeps a drill from being the same one again has a sentence of its own
    "side_effect": "side effect",
    "checkpoint_slas": "time of its stages",
    "recovery_window": "recovery window",
}
ELSE = {
    "package": "{package} stands as it was then: nothing that tunes was changed",
    "too_early": "it began before the update was recorded",
}


def drill_lines(body: Value, *, whole: bool) -> list[str]:
    """What a drill gave. `whole`: with the decision and the way back, for who has not just seen them."""
    lines = []
    recovery = body["recovery"]
    if whole:
        said = body["answers"]["decisions"]
        lines += decided_lines(body["decision"], {owner: said[owner] for owner in body["answers"]["owners"]})
        lines += restored_lines(body)
    window = clocked(duration(recovery["within"]).total_seconds())
    back = "the baseline is back" if body["environment"]["same"] else "the baseline is NOT back"
    took = f" way back, whatever was decided: {back} in {clocked(recovery['seconds'])}"
    lines.append(beside(took, f"window {window}"))
    if body["overrun"]:
        lines += wrapped(_overrun(body), " ", "   ")
    return lines


def _overrun(body: Value) -> str:
    said = f"overrun: {clocked(body['seconds'])}"
    split = body.get("split")
    if split is None:
        return said
    where = f" after {split['after']}" if split.get("after") else ""
    stage = split["stage"].replace("_", " ")
    return f"{said}; {stage} took {clocked(split['over'])} too long: split the package there{where}"


def score_lines(body: Value, now: Confidence, before: Confidence | None) -> list[str]:
    """The score, group by group, with every part and what is missing; `now` is what the package counts for with it,
    `before` what it counted for after the drill before."""
    score = body["score"]
    lines = headed(_head(score["total"], now), f"{_moved(body, now, before)}{READY} is production ready")
    lines += cap_lines(now)
    if body["wider"]:
        told = f"it takes in more than when it was drilled last ({', '.join(body['wider'])}): no improvement"
        lines += wrapped(told, " ", "   ")
    for group, most in GROUPS.items():
        parts = [part for part in score["parts"] if part["group"] == group]
        points = sum(part["points"] for part in parts)
        both = " = ".join(part["who"] for part in parts if part.get("who"))
        earned = ", ".join(f"{part['points']} {_part(part, both)}" for part in parts if part["points"])
        missing = ", ".join(
            f"{part['of'] - part['points']} {_part(part, both)}"
            for part in parts
            if part["points"] < part["of"]
        )
        text = "; ".join(filter(None, (earned, f"missing {missing}" if missing else "")))
        lines += wrapped(text, f" {points}/{most} {group:<12} ".ljust(20), " " * 20)
    return lines


def _head(total: int, now: Confidence) -> str:
    """Where less counts than the drill gave, what counts is said first."""
    if now.score == total:
        return f"score {total} of 100, {STATUS[now.status]}"
    return f"counts for {now.score} of 100, {STATUS[now.status]}; the drill gave {total}"


def _moved(body: Value, now: Confidence, before: Confidence | None) -> str:
    if before is None:
        return ""
    delta = now.score - before.score
    by = "" if body["wider"] and delta > 0 else f", {delta:+}"
    return f"{before.score} -> {now.score}{by}; "


def cap_lines(now: Confidence) -> list[str]:
    """What holds a package down, and why it is a draft or was not passed."""
    told = [CAPS[cap] for cap in now.caps if cap != "not_passed"]
    if now.record and now.status == "draft":
        told.append(f"a draft, since in its last drill {said(now.record, draft=True)}")
    if now.record and "not_passed" in now.caps:
        tuned = "tune" in lacks(now.record)
        why = "; the rule said tune, and one that ends in keep lifts this" if tuned else ""
        told.append(f"of high impact: conditional at most until a drill of this version is passed{why}")
    return [row for text in told for row in wrapped(text, " ", "   ")]


def _part(part: Value, both: str) -> str:
    words = {**part, "who": part.get("who") or "owner", "both": both}
    return PARTS[part["part"]].format(**words)


def tuned_lines(body: Value) -> list[str]:
    """What a drill that found something to tune owes."""
    tuning = body.get("tuning")
    if tuning is None:
        return []
    due = f"{tuning['due'][5:10]} ({tuning['owner']})"
    lines = wrapped(
        f"owed by {due}: one update of {body['package']['id']}, then the same card again", then="  "
    )
    proposed = body["answers"]["closeout"].get("package_update")
    return [*lines, *(wrapped(f"proposed: {proposed}", "  ", "    ") if proposed else ())]


def beside_lines(body: Value) -> list[str]:
    """What a drill is beside those before it: the card that owed or not, and what became of their targets."""
    lines = []
    for row in body["again"]:
        text = f"done: the same card again, which {row['drill']} owed"
        if row["differs"]:
            text = f"still owed, as {row['drill']} left it: {'; '.join(_differs(body, row['differs']))}"
        lines += wrapped(text, then="  ")
    for row in body["targets"]:
        met = "met" if row["met"] else "MISSED"
        lines += wrapped(f"target {row['metric']} {row['target']:g}: {row['measured']:g}, {met}", then="  ")
    return lines


def _differs(body: Value, differs: Sequence[str]) -> Iterable[str]:
    if fields := [DIFFERS.get(name, name) for name in differs if name not in ELSE]:
        yield f"{body['card']['id']} is not the card that owed: {', '.join(fields)}"
    yield from (ELSE[name].format(package=body["package"]["id"]) for name in differs if name in ELSE)


def target_lines(targets: Mapping[str, float]) -> list[str]:
    """`next targets: latency_change 10`."""
    told = ", ".join(f"{metric} {target:g}" for metric, target in sorted(targets.items()))
    return wrapped(f"next targets: {told}", " ", "   ") if told else []


def updated_lines(body: Value) -> list[str]:
    """What an update changed, what it settles, and which cards are owed again."""
    lines = wrapped(f"changed: {', '.join(body['changed'])}", then="  ")
    if body["wider"]:
        said = ", ".join(body["wider"])
        lines += wrapped(f"wider: {said}; a better score will not count as an improvement", then="  ")
    if body["settles"]:
        lines += wrapped(f"settled: what {', '.join(body['settles'])} owed", then="  ")
    for each in body["again"]:
        lines += wrapped(f"owed: {each['card']} again by {each['due'][5:10]} ({each['owner']})", then="  ")
    return lines


def settled_lines(body: Value) -> list[str]:
    """What is owed no more because it is gone."""
    words = {"tune": "the update of package {}", "drill": "the drill of card {}"}
    told = ", ".join(words[duty["kind"]].format(duty["of"]) for duty in body["duties"])
    return wrapped(f"gone, and owed no more: {told}", then="  ")


def published_lines(bodies: Iterable[Value]) -> list[str]:
    """The confidence of each package as it was published, and how it moved."""
    lines = []
    for body in bodies:
        moved = f", {body['delta']:+} week over week" if body["delta"] is not None else ""
        wider = f"; wider: {', '.join(body['wider'])}, so no improvement is shown" if body["wider"] else ""
        text = f"{body['package']['id']}   {body['score']} of 100, {STATUS[body['status']]}{moved}{wider}"
        lines += wrapped(text, then="   ")
        lines += [row for cap in body["caps"] for row in wrapped(CAPS[cap], " ", "   ")]
        lines += target_lines(body["targets"])
    return lines
