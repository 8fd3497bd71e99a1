"""New documents of every kind but packets: from the schema, from our own set, or from what they belong to.

A card is filled from its package, a package from its packet, answers from their card. Figures that nobody has
measured are examples, or are left blank.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from govern.documents import skeleton
from govern.documents.flow import flow
from govern.documents.templates import document, fill, shipped
from govern.documents.tree import WorkingTree
from govern.documents.wording import as_id
from govern.domain.document import FOLDERS, Document
from govern.domain.findings import Finding, nearest
from govern.errors import RepositoryError, UsageError
from govern.ledger.repository import open_repository
from govern.operations.authoring.answer_sheet import answer_sheet
from govern.operations.authoring.first_documents import KPIS
from govern.operations.authoring.new_card import card_id, drawn, scenario_of
from govern.operations.context import Context
from govern.operations.drills.measured import baselines
from govern.operations.files import write_files
from govern.operations.place import Place, open_place, require_new_id
from govern.operations.review.validate import validate

CREATABLE = (*(kind for kind in FOLDERS if kind != "packet"), "answers")
OPPOSITE = {"above": "at_most", "at_least": "below", "below": "at_least", "at_most": "above"}
NO_PACKAGE = "# package: ID                      # what people do then: govern new package ID"
NONE = {"prompt": "none", "policy": "none", "tools": "none", "guardrails": "none"}


@dataclass(frozen=True, slots=True)
class Sketched:
    """What was written, repository-relative, and what is still wrong with it."""

    written: tuple[str, ...]
    findings: tuple[Finding, ...]
    next: str
    notes: tuple[str, ...] = ()  # what to know before it is used


def sketch(
    context: Context,
    kind: str,
    document_id: str | None,
    *,
    package: str | None = None,
    packet: str | None = None,
    scenario: str | None = None,
) -> Sketched:
    """Write a new document, and where it is a card for a packet, its package too."""
    place = open_place(context)
    if kind == "answers":
        people = _known(place)["person"] or ["ana"]
        path, notes = answer_sheet(context, place, document_id, people[:2], partial(_need, place))
        return Sketched((path,), (), f"govern drill run {document_id} --answers {path}", notes)
    if kind != "card" and (package or packet or scenario):
        raise UsageError(f"--package, --packet and --scenario are for a card, not for a {kind}")
    if kind == "card" and packet is not None:
        values = _for_packet(context, place, packet, document_id, scenario)
    elif kind == "card" and package is not None:
        from_package = _need(place, "package", package)
        values = [("card", _card(context, place, from_package.value, document_id, scenario))]
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
            **({"surface": known["surface"][0]} if len(known["surface"]) == 1 else {}),
            "actions": _actions(),
            "revert_order": _revert_order(),
            "owner_routes": _routes(people),
        },
    }
    value = skeleton.example(kind, document_id, known, **begun.get(kind, {}))
    if kind == "trigger":
        return _trigger(place, path, value)
    written = _written(place, {path: skeleton.render(kind, value)})
    return _without_card(written, document_id) if kind == "package" else written


def _trigger(place: Place, path: str, value: Mapping[str, Any]) -> Sketched:
    """With the package that answers its class, or with the line that says how there comes to be one."""
    answers = value["trigger_class"]
    fits = sorted(
        n for n, found in _of(place, "package").items() if found.value.get("trigger_class") == answers
    )
    front = {name: value[name] for name in ("kind", "id", "trigger_class")}
    data = skeleton.render("trigger", {**front, **({"package": fits[0]} if fits else {}), **value})
    if not fits:
        text = data.decode().partition("\nsignal:")
        data = f"{text[0]}\n{NO_PACKAGE}{text[1]}{text[2]}".encode()
    note = f"It counts where a packet names it: `triggers: [{value['id']}]`."
    return replace(_written(place, {path: data}), notes=(note,))


def _without_card(written: Sketched, package_id: str) -> Sketched:
    """A package is not whole without its card, which is written next: that is no fault of this one."""
    others = tuple(finding for finding in written.findings if finding.code != "GOV-PKG-001")
    note = f"A trigger of its class leads to it by the line `package: {package_id}`."
    return replace(written, findings=others, next=f"govern new card --package {package_id}", notes=(note,))


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
    context: Context, place: Place, packet_id: str, name: str | None, scenario: str | None
) -> list[tuple[str, dict[str, Any]]]:
    """A package that answers the packet's first trigger, and a card that rehearses it."""
    packet = _need(place, "packet", packet_id)
    trigger = _need(place, "trigger", packet.value["triggers"][0]).value
    condition, severity = trigger["condition"], trigger["severity"]
    kpi = _need(place, "kpi", trigger["signal"]).value
    measure = kpi["measure"] if isinstance(kpi["measure"], str) else kpi["id"].replace("-", "_")
    kept = {"metric": measure, OPPOSITE[condition["op"]]: condition["threshold"]}
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
                {"metric": measure, condition["op"]: condition["threshold"]},
                {"metric": slow, "above": 15},
            ],
        },
    )
    return [("package", package), ("card", _card(context, place, package, name, scenario))]


def _card(
    context: Context, place: Place, package: Mapping[str, Any], name: str | None, scenario: str | None
) -> dict[str, Any]:
    meant = scenario_of(scenario, package)
    own, cards = ({k: found.value for k, found in _of(place, kind).items()} for kind in ("kpi", "card"))
    kpis = {kpi["measure"]: kpi for kpi in own.values() if isinstance(kpi.get("measure"), str)}
    rests = baselines(context, package["id"], own, cards.values())
    return drawn(package, name or card_id(package["id"], meant), meant, kpis, rests)


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
