"""Is every package that a trigger of the packet leads to rehearsed well enough, lately, and as it stands today?

Packages are never frozen: their score is lost with a change. Below 70 no trigger of high severity may lead to one,
whatever is asked otherwise.

To pass: What is owed comes first (an update of the package, then the same card again): govern status, govern drill
week. Where nothing is owed, drill it with two owners who decide alike: govern drill run CARD.
"""

from collections.abc import Iterator

from govern.domain.drills.confidence import CONDITIONAL, Confidence, Numbers, confidence, numbers_of
from govern.domain.drills.lacking import said
from govern.domain.duties import closing, gone, of_package
from govern.domain.gates import Border
from govern.domain.verdict import Verdict

CHECK = "package_confidence"
GRAVE = ("high", "critical")
WHY = {
    "changed": "changed since its last drill",
    "never": "never drilled",
    "zero": "last drilled too long ago",
    "stale": "last drill is stale",
    "tune": "held until an update and the same card again",
    "handoff": "a handoff was outside its band",
    "straightforward": "four weeks of straightforward drills only",
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
    why = "; ".join(_why(found))
    status = found.status.replace("_", " ")
    return found, f"{package} {found.score}, {status}" + (f" ({why})" if why else "")


def _why(found: Confidence) -> Iterator[str]:
    yield from (WHY[cap] for cap in found.caps if cap in WHY)
    if found.record and (found.status == "draft" or "not_passed" in found.caps):
        yield f"no drill of this version was passed: {said(found.record)}"


def _line(border: Border, package: str) -> str:
    """What its drills left owing, else the card that was drilled last, or what says which there are. To settle what
    is gone turns nothing here.
    """
    left = [
        duty
        for duty in border.state.duties
        if of_package(duty) == package and not gone(border.documents, duty)
    ]
    if left:
        return closing(min(left, key=lambda duty: duty.kind != "tune"))
    drills = border.state.package(package).drills
    card = drills[-1].body["card"]["id"] if drills else None
    there = card is not None and border.documents.get("card", card) is not None
    return f"govern drill run {card}" if there else "govern drill week"
