"""Can every trigger be shown to be false, and does a severe one lead to a package that can be drilled?

To pass: A class that is not in force: add it to trigger_classes of govern.yaml, raise policy.epoch by one, publish
it, then: govern policy adopt. No package: govern new package ID, then `package: ID` in the trigger. In draft it is an
edit: publish it, then: govern phase check PACKET.
"""

from govern.domain.gates import Border
from govern.domain.selection import matches
from govern.domain.verdict import Verdict

SEVERE = ("high", "critical")
COUNTERS = ("consecutive", "bad", "clusters", "attempts")


def check(border: Border) -> Verdict:
    triggers = border.documents_of("trigger")
    faults: list[str] = []
    todo, lacks = None, None
    for trigger in triggers:
        value = trigger.value
        if sum(name in value["counter"] for name in COUNTERS) != 1:
            faults.append(f"{trigger.id} has no single counter")
        if value["trigger_class"] not in border.policy.view["trigger_classes"]:
            there = ", ".join(border.policy.view["trigger_classes"])
            faults.append(f"{trigger.id}: class {value['trigger_class']} is not one in force ({there})")
            todo = todo or "govern policy diff"
        if value["severity"] not in SEVERE or not _hits_critical(border, value["scope"]):
            continue
        package = value.get("package")
        if package is None:
            faults.append(
                f"{trigger.id} can hit a critical cohort and leads to no package: write `package: ID`"
            )
            todo = todo or f"govern new package {value['trigger_class']}"
        elif border.documents.get("package", package) is None:
            where = border.state.branch
            faults.append(
                f"{trigger.id} can hit a critical cohort, and its package {package} is not on {where}"
            )
            lacks = lacks or ("package", package)
    named = len(border.value["triggers"])
    if faults or len(triggers) != named:
        text = "; ".join(faults) or "not all of them exist"
        return Verdict("triggers", "failed", text, todo=todo, lacks=None if todo else lacks)
    return Verdict("triggers", "passed", f"{named} of {named} falsifiable")


def _hits_critical(border: Border, scope: object) -> bool:
    where = scope.get("where") if isinstance(scope, dict) else None
    return any(
        tags.get("critical") and (where is None or matches(tags, where))
        for key, tags in border.dictionary.items()
        if key in border.cohorts
    )
