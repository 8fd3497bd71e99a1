"""The files of a proposed packet: next's baseline, the packet, its trigger, a calibration, a runbook section.

Every default that a decision reads is written out. A team's own `templates/packet.yaml` replaces ours. Nothing
that is there is written over but the packet's own section of the runbook.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from govern.documents.catalog import parse_document, path_of
from govern.documents.templates import document, fill, shipped
from govern.documents.tree import WorkingTree
from govern.domain.document import Document, Pointer
from govern.domain.findings import Finding, nearest
from govern.domain.rollback.runbook import put_section, runbook_section
from govern.errors import DocumentError, UsageError
from govern.operations.authoring.first_documents import KPIS
from govern.operations.authoring.propose import Change, Ground
from govern.operations.files import remove_files, replace_file, write_files
from govern.operations.place import require_new_id
from govern.operations.review.validate import validate

SIGNAL = "policy-dislocation-rate"
TRIGGER = "policy-dislocation"
APART = ("platform", "region")  # cohorts that differ in these are told apart in messages


@dataclass(frozen=True, slots=True)
class Terms:
    """What is asked of a packet beside its change: percentages, hours in a row, people, cohort keys, a date."""

    threshold: float
    hours: int
    percent: float
    executors: tuple[str, ...]
    approvers: tuple[str, ...]
    cohorts: tuple[str, ...]
    rehearsal_date: str
    calibration: str | None = None


@dataclass(frozen=True, slots=True)
class Proposed:
    """`written` are paths beside the runbook; `blanks` are `path: field`; `findings` is what else is wrong."""

    written: tuple[str, ...]
    runbook: str
    blanks: tuple[str, ...]
    findings: tuple[Finding, ...]


def propose(ground: Ground, packet_id: str, change: Change, terms: Terms) -> Proposed:
    """Write the files of a packet, all or none. Raises a GovernError that says what is in the way."""
    calibration, files = _calibration(ground, packet_id, change, terms)
    trigger, made = _trigger(ground, packet_id, terms)
    files = _baseline(ground, change) | files | made
    packet_path = require_new_id(ground.place, "packet", packet_id)
    text, source = _template(ground)
    values = _values(ground, packet_id, change, terms, calibration, trigger)
    files[packet_path] = document("packet", fill(text, values, source))
    packet = _parsed(ground, packet_path, files[packet_path], source)
    runbook = str(packet.value["runbook"]["path"])
    section = _section(ground, packet, files)
    root = ground.place.root
    before = WorkingTree(root).read(runbook) or b""
    write_files(root, files)
    try:
        replace_file(root, runbook, put_section(before.decode("utf-8"), packet_id, section).encode())
    except BaseException:
        remove_files(root, files)
        raise
    return _proposed(ground, tuple(files), runbook)


def _baseline(ground: Ground, change: Change) -> dict[str, bytes]:
    values = {
        "id": change.next_id,
        "surface": change.surface,
        "model_version": change.next.model_version,
        "components": change.components,
        "last_verified": None,
    }
    path = require_new_id(ground.place, "baseline", change.next_id)
    return {path: document("baseline", fill(shipped("baseline"), values))}


def _calibration(
    ground: Ground, packet_id: str, change: Change, terms: Terms
) -> tuple[str, dict[str, bytes]]:
    """The calibration's id, and its file where a new model has none yet. The same model keeps prev's."""
    same = "model" not in change.parts
    if terms.calibration is None and same and change.prev.calibration is not None:
        return change.prev.calibration, {}
    name = terms.calibration or f"cal-{packet_id}"[:63].rstrip("-")
    if name in ground.of("calibration"):
        return name, {}
    if same:
        close = nearest(name, ground.of("calibration"))
        raise UsageError(
            f"no calibration `{name}`" + (f"; nearest: {close}" if close else ""),
            type_line=f"--calibration {close}" if close else f"govern new calibration {name}",
        )
    model = change.next.components["model"]
    lock = {"digest": model["digest"]} if "digest" in model else {}
    values = {
        "id": name,
        "model": model["version"],
        "model_lock": lock | {"locked_at": terms.rehearsal_date, "owner": ground.author},
        "owner": ground.author,
    }
    path = require_new_id(ground.place, "calibration", name)
    return name, {path: document("calibration", fill(shipped("calibration-blank"), values))}


def _trigger(ground: Ground, packet_id: str, terms: Terms) -> tuple[str, dict[str, bytes]]:
    """The trigger's id: the one that is there with these numbers, else a new one."""
    if SIGNAL not in ground.of("kpi"):
        raise UsageError(
            f"no kpis/{SIGNAL}.yaml, which the trigger watches", type_line=f"govern new kpi {SIGNAL}"
        )
    known = ground.of("trigger")
    wanted = {
        "signal": SIGNAL,
        "window": "PT1H",
        "condition": {"op": "above", "threshold": terms.threshold, "unit": "percent"},
        "counter": {"consecutive": terms.hours},
        "action": "rollback",
    }
    for name in (TRIGGER, f"{TRIGGER}-{packet_id}"[:63]):
        found = known.get(name)
        if found is not None and all(found.value.get(field) == value for field, value in wanted.items()):
            return name, {}
    name = f"{TRIGGER}-{packet_id}"[:63] if TRIGGER in known else TRIGGER
    classes = ground.policy.view["trigger_classes"]
    values = {
        "id": name,
        "trigger_class": "integrity" if "integrity" in classes else classes[0],
        "threshold": terms.threshold,
        "hours": terms.hours,
        "owner": _reviewers(ground)[0],
    }
    path = require_new_id(ground.place, "trigger", name)
    return name, {path: document("trigger", fill(shipped("trigger"), values))}


def _values(
    ground: Ground, packet_id: str, change: Change, terms: Terms, calibration: str, trigger: str
) -> dict[str, Any]:
    """What a template of packets may name."""
    kpis = [name for name in KPIS if name in ground.of("kpi")]
    criteria = sorted(ground.of("criteria"))
    reviewers = _reviewers(ground)
    return {
        "id": packet_id,
        "surface": change.surface,
        "prev": change.prev.baseline,
        "prev_digest": change.prev.digest,
        "next": change.next_id,
        "next_digest": change.next.digest,
        "model_version_prev": change.prev.model_version,
        "model_version_next": change.next.model_version,
        "calibration": calibration,
        "cohorts": list(terms.cohorts),
        "percent": terms.percent,
        "reviewers": reviewers,
        "review_cadence": ground.policy.view["windows"]["length"],
        "kpis": kpis,
        "triggers": [trigger],
        "criteria": "minimum" if "minimum" in criteria or not criteria else criteria[0],
        "rehearsal_date": terms.rehearsal_date,
        "authors": [ground.author],
        "approvers": list(terms.approvers),
        "executors": list(terms.executors),
        "comms_template": _comms(ground, terms),
    }


def _reviewers(ground: Ground) -> list[str]:
    """Who watches: not the author, where somebody else can."""
    holders = ground.holders("monitoring_review")
    return [person for person in holders if person != ground.author] or holders or [ground.author]


def _comms(ground: Ground, terms: Terms) -> str | None:
    """A message template where cohorts in scope differ in platform or region: the team's first one."""
    scope = [ground.cohorts[key] for key in terms.cohorts]
    if not any(len({str(tags.get(name)) for tags in scope}) > 1 for name in APART):
        return None
    folder = ground.place.root / "comms"
    found = sorted(path.name for path in folder.glob("*.md")) if folder.is_dir() else []
    return f"comms/{found[0]}" if found else "comms/partial-rollback.md"


def _template(ground: Ground) -> tuple[str, str]:
    path = f"{ground.place.folder}/templates/packet.yaml"
    own = ground.place.catalog.tree.read(path)
    if own is None:
        return shipped("packet"), ""
    try:
        return own.decode("utf-8"), path
    except UnicodeDecodeError:
        raise DocumentError(f"{path} is not UTF-8") from None


def _parsed(ground: Ground, path: str, data: bytes, source: str) -> Document:
    """The packet again, as every reader will see it: a team's template may have spoilt it."""
    packet, findings = parse_document(path, data, ground.place.folder)
    errors = [finding for finding in findings if finding.severity == "error"]
    if packet is None or errors:
        first = errors[0]
        raise DocumentError(
            f"{source or path}: the packet made from it is none: {first.message}; {first.hint}"
        )
    return packet


def _section(ground: Ground, packet: Document, files: Mapping[str, bytes]) -> str:
    """The runbook section from the documents that the packet names, new ones as they will be written."""

    def values(kind: str, names: list[str]) -> Iterator[Mapping[str, Any]]:
        for name in names:
            path = path_of(ground.place.folder, kind, name)
            found = parse_document(path, files[path], ground.place.folder)[0] if path in files else None
            found = found or ground.of(kind).get(name)
            if found is None:
                raise UsageError(f"{packet.path} names the {kind} `{name}`, which is not there")
            yield found.value

    surface = ground.policy.view["surfaces"][packet.value["surface"]]
    triggers = list(values("trigger", packet.value["triggers"]))
    return runbook_section(
        packet.value, triggers, list(values("kpi", packet.value["monitoring"]["kpis"])), surface
    )


def _proposed(ground: Ground, written: tuple[str, ...], runbook: str) -> Proposed:
    """What is left to do in the files just written."""
    tree = WorkingTree(ground.place.root)
    blanks: list[str] = []
    places = set()
    for path in written:
        found = parse_document(path, tree.read(path) or b"", ground.place.folder)[0]
        for pointer in _empty(found.value if found else None):
            blanks.append(f"{path}: {'.'.join(map(str, pointer))}")
            place = found.positions.of(pointer) if found else None
            places.add((path, place.line if place else 0))
    errors = tuple(
        finding
        for finding in validate(tree, ground.place.folder, set(written)).findings
        if finding.severity == "error" and (finding.path, finding.line) not in places
    )
    return Proposed(written, runbook, tuple(blanks), errors)


def _empty(value: Any, pointer: Pointer = ()) -> Iterator[Pointer]:
    if value is None:
        yield pointer
    elif isinstance(value, Mapping):
        for key, item in value.items():
            yield from _empty(item, (*pointer, key))
    elif isinstance(value, list):
        for place, item in enumerate(value):
            yield from _empty(item, (*pointer, place))
