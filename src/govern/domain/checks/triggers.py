"""Can every trigger be shown to be false, and does a severe one lead to a package that can be drilled?"""

from govern.domain.gates import Border
from govern.domain.selection import matches
from govern.domain.verdict import Verdict

SEVERE = ("high", "critical")
COUNTERS = ("consecutive", "bad", "clusters", "attempts")


def check(border: Border) -> Verdict:
    triggers = border.documents_of("trigger")
    faults = []
    for trigger in triggers:
        value = trigger.value
        if sum(name in value["counter"] for name in COUNTERS) != 1:
            faults.append(f"{trigger.id} has no single counter")
        if value["trigger_class"] not in border.policy.view["trigger_classes"]:
            faults.append(f"{trigger.id}: class {value['trigger_class']} is not one in force")
        if (
            value["severity"] in SEVERE
            and _hits_critical(border, value["scope"])
            and not _package(border, value)
        ):
            faults.append(f"{trigger.id} can hit a critical cohort and leads to no package")
    named = len(border.value["triggers"])
    if faults or len(triggers) != named:
        return Verdict("triggers", "failed", "; ".join(faults) or "not all of them exist")
    return Verdict("triggers", "passed", f"{named} of {named} falsifiable")


def _hits_critical(border: Border, scope: object) -> bool:
    where = scope.get("where") if isinstance(scope, dict) else None
    return any(
        tags.get("critical") and (where is None or matches(tags, where))
        for key, tags in border.dictionary.items()
        if key in border.cohorts
    )


def _package(border: Border, trigger: object) -> bool:
    package = trigger.get("package") if isinstance(trigger, dict) else None
    return bool(package) and border.documents.get("package", str(package)) is not None
