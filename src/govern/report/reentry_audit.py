"""What `audit --record` shows of a re-entry beside every other record: evidence, criteria, label and people."""

from collections.abc import Sequence
from typing import Any

from govern.report.lanes import assessment_lines
from govern.report.reentry_evidence import assessment_of, file_lines
from govern.report.wrap import wrapped


def rows(walk: Any) -> list[tuple[str, str]]:
    """Lines with a name. `walk` is an `operations.reentry_audit.ReentryAudit`."""
    return [
        ("record", _record(walk)),
        ("criteria", _criteria(walk)),
        ("evidence", _evidence(walk)),
        ("people", _people(walk)),
    ]


def lines(walk: Any) -> list[str]:
    """The criteria as they were judged, the label, what closed the lane, and the files behind it all."""
    value = walk.evidence.value
    if value is None:
        return []
    return [*assessment_lines(assessment_of(value)), *_closed(walk), *file_lines(walk.evidence)]


def data(walk: Any) -> dict[str, Any]:
    return {
        "packet": walk.evidence.id,
        "evidence_hash": walk.evidence.decision.body["packet"]["evidence_hash"],
        "evidence_sound": walk.evidence.sound,
        "same_criteria": walk.same_criteria,
        "people": [
            {"person": each.name, "role": each.role, "record": each.record, "held": each.held}
            for each in walk.people
        ],
        "two_persons": walk.two_persons,
        "files": [
            {"name": each.name, "digest": each.digest, "commit": each.commit} for each in walk.evidence.files
        ],
    }


def _record(walk: Any) -> str:
    if not walk.intact:
        return "the chain to the genesis record IS BROKEN"
    later = "; a later commit breaks the ledger: govern audit" if walk.broken_since else ""
    return f"bytes as first committed; chain to the genesis record intact{later}"


def _criteria(walk: Any) -> str:
    lane = walk.evidence.lane
    version = lane.entered.body["reentry_criteria_version"]
    said = "as when the lane began" if walk.same_criteria else "NOT THOSE with which the lane began"
    return f"{lane.criteria} version {version}, {said}"


def _evidence(walk: Any) -> str:
    evidence = walk.evidence
    if not evidence.sound:
        return f"packet {evidence.id}: NOT THE BYTES that were decided on"
    return f"packet {evidence.id}, evidence_hash {evidence.value['evidence_hash'][7:15]}, {_files(evidence.files)}"


def _files(files: Sequence[Any]) -> str:
    away = sum(each.commit is None for each in files)
    count = f"{len(files)} file{'s' * (len(files) != 1)}"
    return f"{count}, {away} not in git" if away else f"{count}, digests match" if files else "no file"


def _people(walk: Any) -> str:
    said = [
        f"{each.name} {'held' if each.held else 'DID NOT HOLD'} {each.role} that day" for each in walk.people
    ]
    if len(walk.people) > 1:
        said.append("two different persons" if walk.two_persons else "ONE PERSON decided and signed off")
    return "; ".join(said)


def _closed(walk: Any) -> list[str]:
    if walk.exited is None:
        body = walk.evidence.decision.body
        return wrapped(f"{body['outcome']}, {len(body['rejections'])} rejections", " outcome     ")
    gates = [gate["packet"] for gate in walk.exited.body["gate"]]
    gate = f"promotion gate of {', '.join(gates)} passed" if gates else "no gate: it stayed where it was"
    return wrapped(f"no rejection open; {gate}", " exit        ")
