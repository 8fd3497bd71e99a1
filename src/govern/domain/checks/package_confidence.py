"""Is every package that a trigger of the packet leads to rehearsed well enough, lately, and as it stands today?

Packages are never frozen: their score is lost with a change. Below 70 no trigger of high severity may lead to one,
whatever is asked otherwise.
"""

from govern.domain.drills.confidence import CONDITIONAL, Confidence, Numbers, confidence, numbers_of
from govern.domain.gates import Border
from govern.domain.verdict import Verdict

CHECK = "package_confidence"
GRAVE = ("high", "critical")
WHY = {
    "changed": "changed since its last drill",
    "never": "never drilled",
    "zero": "last drilled too long ago",
    "stale": "last drill is stale",
    "tune": "an update is owed",
    "handoff": "a handoff was outside its band",
    "straightforward": "four weeks of straightforward drills only",
    "not_passed": "no drill of this version was passed",
}


def check(border: Border) -> Verdict:
    leads: dict[str, list[str]] = {}
    for trigger in border.documents_of("trigger"):
        if package := trigger.value.get("package"):
            leads.setdefault(package, []).append(trigger.value["severity"])
    if not leads:
        return Verdict(CHECK, "not_applicable", "no trigger leads to a package")
    numbers = numbers_of(border.policy).stricter(border.value.get("gates", {}).get(CHECK, {}))
    told, weak, uses, todo = [], False, [], None
    for package, severities in sorted(leads.items()):
        floor = CONDITIONAL if set(severities) & set(GRAVE) else 0
        minimum = max(numbers.minimum, floor)
        found, text = _judged(border, package, numbers)
        enough = found.status != "draft" and found.score >= minimum
        told.append(text if enough else f"{text}; {minimum} asked")
        uses += [found.record.name] if found.record else []
        if not enough:
            weak, todo = True, todo or _line(border, package)
    return Verdict(CHECK, "failed" if weak else "passed", "; ".join(told), uses=tuple(uses), todo=todo)


def _judged(border: Border, package: str, numbers: Numbers) -> tuple[Confidence, str]:
    document = border.documents.get("package", package)
    if document is None:
        return Confidence(0, 0, "draft"), f"{package} is not there"
    history = border.state.package(package)
    impact = document.value["impact"]
    found = confidence(history, document.digest, impact, border.now, numbers)
    why = ", ".join(WHY[cap] for cap in found.caps)
    status = found.status.replace("_", " ")
    return found, f"{package} {found.score}, {status}" + (f" ({why})" if why else "")


def _line(border: Border, package: str) -> str:
    """The card that was drilled last, or what says which there are."""
    drills = border.state.package(package).drills
    return f"govern drill run {drills[-1].body['card']['id']}" if drills else "govern drill week"
