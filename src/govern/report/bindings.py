"""Bindings for people: who is on what, the bundle that decides for one cohort, and how it came to be."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from govern.domain.baseline import PARTS, Target
from govern.domain.state import Binding, Packet
from govern.report.records import few
from govern.report.wrap import wrapped

CAUSES = {
    "genesis": "as the ledger was opened",
    "advance": "{packet} advanced",
    "extend": "{packet} extended",
    "adopt": "{packet} adopted",
    "rollback": "{packet} rolled back",
    "reentry": "re-entry, {packet}",
    "policy": "policy adopted",
}


def share(binding: Binding) -> str:
    """`chat-b2 5 %, else chat-b1`."""
    if binding.rest is None:
        return binding.to.baseline
    return f"{binding.to.baseline} {binding.percent:g} %, else {binding.rest.baseline}"


def cause(binding: Binding) -> str:
    return CAUSES.get(binding.cause, binding.cause).format(packet=binding.packet)


def overview_lines(surface_id: str, groups: Iterable[tuple[Sequence[str], Binding]]) -> list[str]:
    """A surface: each share with who has it. A group without cohorts is the default."""
    lines = [surface_id]
    for cohorts, binding in groups:
        who = " ".join(cohorts) if cohorts else "default, and every key that nobody bound by name"
        lines += wrapped(who, f" {share(binding)}   ", "   ")
        lines += wrapped(f"since {binding.at}, {cause(binding)}, {binding.record}, {binding.actor}", "   ")
    return lines


def bundle_lines(title: str, binding: Binding, packet: Packet | None, decided: Any) -> list[str]:
    """All that decides for a cohort, and who decided that. `decided` is an `operations.bound.Decided`."""
    rows = [("bound to", share(binding)), *_components(binding.to)]
    rows += [("calibration", binding.to.calibration or "none"), ("stamped", binding.to.model_version)]
    if packet is not None:
        rows.append(("packet", f"{packet.id}, now {packet.phase.replace('_', ' ')}"))
    approvals = ", ".join(f"{record.actor} ({record.name})" for record in decided.approvals)
    rows += [
        ("since", f"{binding.at}, {cause(binding)}"),
        ("record", f"{binding.record}, commit {decided.commit[:7]}, lead {decided.lead.name}"),
        ("decided by", decided.lead.actor + (f", approved by {approvals}" if approvals else "")),
    ]
    return [title, *(line for name, text in rows for line in wrapped(text, f" {name:<11}  "))]


def _components(target: Target) -> list[tuple[str, str]]:
    """Each component with its version and the files that are pinned under it."""
    rows = []
    for part in PARTS:
        component = target.components[part]
        files = [f"{path} {digest[:19]}" for path, digest in component.get("files", {}).items()]
        pinned = f" ({', '.join(files)})" if files else ""
        rows.append((part, f"{component['version']}{pinned}"))
    return rows


def day_lines(
    title: str, day: str, before: Binding | None, changed: Sequence[tuple[Binding, Any]]
) -> list[str]:
    """One cohort through one day: what held as it began, then every change with its decision."""
    held = (
        f"{share(before)}   since {before.at}, {cause(before)}, {before.actor}" if before else "not bound yet"
    )
    lines = [f"{title}, {day} (a day: every change in it)", *wrapped(held, " 00:00:00  ")]
    for binding, decided in changed:
        head = f"{share(binding)}   {cause(binding)}, {binding.record}, commit {decided.commit[:7]}"
        parts = ", ".join(f"{part} {binding.to.components[part]['version']}" for part in PARTS)
        approvals = ", ".join(record.actor for record in decided.approvals)
        by = f"decided by {decided.lead.actor}" + (f", approved by {approvals}" if approvals else "")
        lines += wrapped(head, f" {binding.at[11:19]}  ")
        lines += wrapped(f"{parts}; calibration {binding.to.calibration or 'none'}", " " * 11)
        lines += wrapped(by, " " * 11)
    return lines if changed else [*lines, " no change in it"]


def change_lines(changes: Iterable[Any]) -> list[str]:
    """Changes of a surface, `operations.bound.Change`, one paragraph each."""
    lines = []
    for change in changes:
        before = share(change.before) if change.before else "nothing"
        who = few(change.cohorts) if change.cohorts else "default"
        text = f"{change.surface} {who}: {before} -> {share(change.binding)}"
        by = f"{cause(change.binding)}, {change.binding.record}, {change.binding.actor}"
        lines += wrapped(f"{text}   {by}", f"{change.binding.at}  ", "    ")
    return lines


def unfrozen_lines(surface_id: str, body: Mapping[str, Any], frozen: Iterable[str]) -> list[str]:
    """What an unfreezing lifts, what stays frozen, and the cause or who owes it. `body` is that of its record."""
    free = few(body["cohorts"]) if body["cohorts"] else "nobody was frozen any more"
    rows = [("may go on", free), ("frozen", few(sorted(set(frozen) - set(body["cohorts"]))))]
    owed = f", {body['owner']} finds it by {body['due']}" if "due" in body else ""
    rows.append(("root cause", f"{body['root_cause']}{owed} ({few(body['packets'])})"))
    return [surface_id, *(line for name, text in rows if text for line in wrapped(text, f" {name:<10}  "))]


def binding_data(surface: str, cohort: str | None, binding: Binding) -> dict[str, Any]:
    """`cohort` None: the default."""
    return {
        "surface": surface,
        "cohort": cohort,
        "at": binding.at,
        "to": binding.to.as_value(),
        "percent": binding.percent,
        "otherwise": binding.otherwise.as_value() if binding.otherwise else None,
        "cause": binding.cause,
        "packet": binding.packet,
        "record": binding.record,
        "actor": binding.actor,
    }
