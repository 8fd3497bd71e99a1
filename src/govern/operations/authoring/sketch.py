"""New documents of every kind but packets: from the schema, from our own set, or from what they belong to.

A card is filled from its package, a package from its packet, answers from their card. Figures that nobody has
measured are examples, or are left blank.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from govern.documents import skeleton
from govern.documents.flow import flow
from govern.documents.templates import document, fill, shipped
from govern.documents.tree import WorkingTree
from govern.documents.wording import as_id
from govern.domain.document import FOLDERS, Document
from govern.domain.findings import Finding, nearest
from govern.errors import RefusedError, RepositoryError, UsageError
from govern.ledger.repository import open_repository
from govern.operations.authoring.first_documents import KPIS
from govern.operations.context import Context
from govern.operations.drills.measured import baselines
from govern.operations.files import write_files
from govern.operations.place import Place, open_place, require_new_id
from govern.operations.review.validate import validate

CREATABLE = (*(kind for kind in FOLDERS if kind != "packet"), "answers")
OPPOSITE = {"above": "at_most", "at_least": "below", "below": "at_least", "at_most": "above"}
NONE = {"prompt": "none", "policy": "none", "tools": "none", "guardrails": "none"}


@dataclass(frozen=True, slots=True)
class Sketched:
    """What was written, repository-relative, and what is still wrong with it."""

    written: tuple[str, ...]
    findings: tuple[Finding, ...]
    next: str


def sketch(
    context: Context,
    kind: str,
    document_id: str | None,
    *,
    package: str | None = None,
    packet: str | None = None,
) -> Sketched:
    """Write a new document, and where it is a card for a packet, its package too."""
    place = open_place(context)
    if kind == "answers":
        return _answers(context, place, document_id)
    if kind != "card" and (package or packet):
        raise UsageError(f"--package and --packet are for a card, not for a {kind}")
    if kind == "card" and packet is not None:
        values = _for_packet(context, place, packet, document_id)
    elif kind == "card" and package is not None:
        from_package = _need(place, "package", package)
        values = [("card", _card(context, place, from_package.value, document_id or f"{package}-mixed"[:63]))]
    else:
        return _plain(context, place, kind, document_id)
    files = {require_new_id(place, each, value["id"]): skeleton.render(each, value) for each, value in values}
    return _written(place, files)


def _plain(context: Context, place: Place, kind: str, document_id: str | None) -> Sketched:
    if not document_id:
        raise UsageError(f"a new {kind} needs an id", type_line=f"govern new {kind} ID")
    path = require_new_id(place, kind, document_id)
    known = _known(place)
    people = known.get("person", ["ana"])
    if kind == "criteria" or (kind == "kpi" and document_id in KPIS):
        name = "criteria-minimum" if kind == "criteria" else f"kpi-{document_id}"
        text = fill(shipped(name), {"owner": people[0]})
        text = text.replace("\nid: minimum\n", f"\nid: {flow(document_id)}\n") if kind == "criteria" else text
        return _written(place, {path: document(kind, text)})
    today = (context.simulated or context.now)[:10]
    begun: dict[str, dict[str, Any]] = {
        "baseline": {"components": {"model": "MODEL", **NONE}, "model_version": f"MODEL+{document_id}"},
        "kpi": {"bands": {"warning": {"above": 2}, "critical": {"above": 5}}, "warm_up": "PT0S"},
        "calibration": {
            "calibrated_at": today,
            "model_lock": {"locked_at": today, "owner": people[0]},
        },
        "package": {
            "actions": _actions(),
            "revert_order": _revert_order(),
            "owner_routes": _routes(people),
        },
    }
    value = skeleton.example(kind, document_id, known, **begun.get(kind, {}))
    return _written(place, {path: skeleton.render(kind, value)})


def _actions() -> list[dict[str, str]]:
    return [
        {"id": "hold-releases", "do": "Stop every other release", "revert": "Allow releases again"},
        {"id": "review-answers", "do": "Read twenty answers an hour", "revert": "Stop the extra reading"},
    ]


def _revert_order() -> list[str]:
    return [action["id"] for action in reversed(_actions())]


def _routes(people: list[str]) -> dict[str, str]:
    routes = ("release", "analytics", "support")
    return {route: people[place % len(people)] for place, route in enumerate(routes)}


def _for_packet(
    context: Context, place: Place, packet_id: str, card_id: str | None
) -> list[tuple[str, dict[str, Any]]]:
    """A package that answers the packet's first trigger, and a card that rehearses it."""
    packet = _need(place, "packet", packet_id)
    trigger = _need(place, "trigger", packet.value["triggers"][0]).value
    condition, severity = trigger["condition"], trigger["severity"]
    kpi = _need(place, "kpi", trigger["signal"]).value
    kept = {"metric": kpi["measure"], OPPOSITE[condition["op"]]: condition["threshold"]}
    slow = "latency_change"
    package = skeleton.example(
        "package",
        f"{trigger['trigger_class']}-{packet_id}"[:57].rstrip("-"),
        _known(place),
        trigger_class=trigger["trigger_class"],
        severity=severity,
        impact="high" if severity in ("high", "critical") else "normal",
        surface=packet.value["surface"],
        actions=_actions(),
        revert_order=_revert_order(),
        owner_routes=_routes([person for role in packet.value["owners"].values() for person in role]),
        criteria={
            "keep": [kept, {"metric": slow, "at_most": 10}],
            "tune": [kept, {"metric": slow, "above": 10, "at_most": 15}],
            "rollback": [
                {"metric": kpi["measure"], condition["op"]: condition["threshold"]},
                {"metric": slow, "above": 15},
            ],
        },
    )
    card = _card(context, place, package, card_id or f"{package['id']}-mixed")
    return [("package", package), ("card", card)]


def _card(context: Context, place: Place, package: Mapping[str, Any], card_id: str) -> dict[str, Any]:
    """A mixed-signal card: the package's own rule, routes and window; baselines as last measured, else examples."""
    criteria = package["criteria"]
    metrics = list(dict.fromkeys(limit["metric"] for limits in criteria.values() for limit in limits))
    own, cards = ({k: found.value for k, found in _of(place, kind).items()} for kind in ("kpi", "card"))
    kpis = {kpi["measure"]: kpi for kpi in own.values() if isinstance(kpi.get("measure"), str)}
    rests = baselines(context, package["id"], own, cards.values())
    given = {
        name: _metric(kpis.get(name, {}), criteria, name, rests.get(name, 0), first=name == metrics[0])
        for name in metrics
    }
    aside = metrics[-1]
    routes = list(package["owner_routes"])
    return skeleton.example(
        "card",
        card_id,
        {},
        package_id=package["id"],
        trigger_class=package["trigger_class"],
        expected_severity=package["severity"],
        metrics=given,
        side_effect={
            "metric": aside,
            "becomes": _between(criteria, aside),
            "text": f"{aside} moves after the change",
        },
        handoffs=[{"from": routes[0], "to": routes[-1], "acknowledge_within": "PT3M"}],
        recovery_window=package["recovery_window"],
        criteria=criteria,
    )


def _metric(
    kpi: Mapping[str, Any], criteria: Mapping[str, Any], name: str, rest: float, *, first: bool
) -> dict[str, Any]:
    """Tier and unit of its KPI; the first metric breaches the rule, the others stand at rest."""
    tier = kpi.get("tier", "safety" if first else "efficiency")
    rolls: Mapping[str, Any] = next((each for each in criteria["rollback"] if each["metric"] == name), {})
    op, limit = next(((op, value) for op, value in rolls.items() if op != "metric"), ("above", 1))
    breach = limit + 1 if op in ("above", "at_least") else limit - 1
    unit = kpi.get("unit", "percent")
    return {"tier": tier, "unit": unit, "baseline": rest, "breach": breach if first else rest}


def _between(criteria: Mapping[str, Any], name: str) -> float:
    """A value that asks for tuning, where the rule has such a range; else one that rolls back."""
    for limits in (criteria["tune"], criteria["rollback"]):
        for limit in limits:
            values = [value for op, value in limit.items() if op != "metric"]
            if limit["metric"] == name and values:
                return float(sum(values) / len(values) if len(values) > 1 else values[0] + 1)
    return 1.0


def _answers(context: Context, place: Place, card_id: str | None) -> Sketched:
    """The blank answers of a drill, bound to the bytes of its card."""
    if not card_id:
        raise UsageError("answers belong to a card", type_line="govern new answers CARD")
    card = _need(place, "card", card_id)
    package = _need(place, "package", card.value["package_id"]).value
    steps = [*package["actions"], *package.get("temporary_guardrails", ())]
    owners = list(dict.fromkeys(_known(place).get("person", ["ana"])))[:2]
    done, now = {"done_at": None}, context.simulated or context.now
    value = skeleton.example(
        "drill_answers",
        "",
        {},
        card=card_id,
        card_digest=card.digest,
        owners=owners,
        started_at=now,
        readout=done,
        execution={step["id"]: done for step in steps},
        side_effect={"seen_at": None},
        handoffs=[
            {"from": each["from"], "to": each["to"], "asked_at": None, "acknowledged_at": None,
             "context_complete": None, "still_open": None, "reopened": None}
            for each in card.value["handoffs"]
        ],
        measured=dict.fromkeys(card.value["metrics"]),
        evidence=[],
        decisions_before={owner: {"decision": None} for owner in owners},
        decisions={owner: {"decision": None} for owner in owners},
        rollback={
            **dict.fromkeys(("trigger", "pause-automation", "revert-actions", "clear-guardrails"), done),
            "baseline-checks": done,
            "log": {"done_at": None, "reason": "rehearsal"},
        },
        closeout={"done_at": None, "package_update": None, "next_targets": {}},
    )  # fmt: skip
    path = f"answers/{now[:10]}.yaml"
    if (place.root / path).exists():  # two drills on one day
        path = f"answers/{now[:10]}-{card_id}.yaml"
    if (place.root / path).exists():
        raise RefusedError(
            f"{path} is there already: nothing was written", type_line=f"govern validate {path}"
        )
    write_files(place.root, {path: skeleton.render("drill_answers", value, f"../{place.folder}/")})
    return Sketched((path,), (), f"govern drill run {card_id} --answers {path}")


def _known(place: Place) -> dict[str, list[str]]:
    """Names that exist, by what they name; the actor stands first among people."""
    known = {kind: sorted(_of(place, kind)) for kind in FOLDERS}
    workspace = next(iter(_of(place, "workspace").values()), None)
    dictionary = next(iter(_of(place, "cohorts").values()), None)
    value = workspace.value if workspace else {}
    people = value.get("people", {})
    email = _email(place)
    known["person"] = sorted(people, key=lambda name: people[name].get("email", "").casefold() != email)
    known["surface"] = list(value.get("surfaces", ()))
    known["role"] = list(value.get("roles", ()))
    known["trigger-class"] = list(value.get("trigger_classes", ()))
    known["source"] = list(value.get("sources", ()))
    known["cohort"] = list(dictionary.value.get("cohorts", ())) if dictionary else []
    return known


def _email(place: Place) -> str:
    try:
        identity = open_repository(place.root).identity()
    except RepositoryError:
        identity = None
    return identity[1].casefold() if identity else ""


def _of(place: Place, kind: str) -> dict[str, Document]:
    return {name: found for (each, name), found in place.catalog.documents.items() if each == kind}


def _need(place: Place, kind: str, name: str) -> Document:
    """A document without faults of its own. Raises UsageError with the nearest name."""
    found = _of(place, kind)
    if name not in found:
        close = nearest(name, found)
        raise UsageError(
            f"no {kind} `{name}`" + (f"; nearest: {close}" if close else ""),
            type_line=f"govern new {kind} {as_id(name)}" if not close and as_id(name) else None,
        )
    faults = [
        each for each in place.catalog.findings if each.path == found[name].path and each.severity == "error"
    ]
    if faults:
        raise UsageError(
            f"{found[name].path}:{faults[0].line}: {faults[0].message}",
            type_line=f"govern validate {found[name].path}",
        )
    return found[name]


def _written(place: Place, files: Mapping[str, bytes]) -> Sketched:
    write_files(place.root, files)
    found = validate(WorkingTree(place.root), place.folder, set(files)).findings
    errors = tuple(finding for finding in found if finding.severity == "error")
    return Sketched(tuple(files), errors, "govern validate")
