"""The five items without which nobody deploys, read item by item: baseline, else surface, else packet.

previous version, procedure, tested, owner, time to rollback. A way back that needs training, a deployment
or more than an hour is not operational; nor is one in the hands of somebody to whom the policy gives no right.

To pass: Write the items that are missing under `rollback:` of the baseline, else of the surface in govern.yaml (there
they count after: govern policy adopt). Another executor is an edit of the packet's owners.
"""

from datetime import timedelta
from typing import Any

from govern.domain.gates import Border
from govern.domain.verdict import Verdict
from govern.domain.windows import duration, spoken

OPERATIONAL = timedelta(minutes=60)
SWIFT = timedelta(minutes=5)
ROLE = "rollback_execute"


def check(border: Border) -> Verdict:
    items = checklist(border)
    lacking = [name for name, value in items.items() if not value]
    if lacking:
        return Verdict(
            "rollback_checklist", "failed", f"{5 - len(lacking)} of 5; missing: {', '.join(lacking)}"
        )
    if strangers := _strangers(border):
        holders = ", ".join(border.policy.holders(ROLE)) or "nobody"
        text = f"5 of 5, but {', '.join(strangers)} may not go back: {ROLE} is held by {holders}"
        return Verdict("rollback_checklist", "failed", text)
    needs = [name for name, needed in _read(border, "needs", {}).items() if needed]
    estimate = duration(items["time_to_rollback"])
    if needs or estimate > OPERATIONAL:
        why = f"it needs to {' and '.join(needs)}" if needs else f"{spoken(estimate)} to go back"
        return Verdict("rollback_checklist", "failed", f"5 of 5, but not operational: {why}")
    slow = estimate > SWIFT
    text = f"5 of 5; {spoken(estimate)} to go back" + (", more than 5 min" if slow else "")
    return Verdict("rollback_checklist", "passed", text, warning=slow)


def _strangers(border: Border) -> list[str]:
    """Who is named for the way back, as a person or by a role, and could not go."""
    people = set(border.value["owners"][ROLE]) - set(border.policy.holders(ROLE))
    roles = set(_read(border, "authorized_roles", [])) - {ROLE}
    return [*sorted(people), *(f"role {role}" for role in sorted(roles))]


def checklist(border: Border) -> dict[str, Any]:
    owners = border.value["owners"]
    return {
        "previous": _read(border, "previous", border.value["prev"]["baseline"]),
        "procedure": _read(border, "procedure", ""),
        "tested": _read(border, "tested_in_staging_at", border.value["rehearsal"]["date"]),
        "owner": _read(border, "owner", ", ".join(owners[ROLE])),
        "time_to_rollback": _read(border, "time_to_rollback", ""),
    }


def _read(border: Border, name: str, otherwise: Any) -> Any:
    baseline = border.parts.get(f"baselines/{border.value['next']['baseline']}")
    own = baseline.value.get("rollback", {}) if baseline else {}
    surface = border.policy.view["surfaces"].get(border.value["surface"], {}).get("rollback", {})
    return own.get(name, surface.get(name, otherwise))
