"""A lane and an evidence packet by their names: what a cohort was in, and what a decision on it rested on."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from govern.domain.lane import DECIDED, LIFECYCLE, Lane, name_of
from govern.domain.mitigation.lane_board import Row
from govern.domain.mitigation.reentry import Assessment, Judged, Window
from govern.errors import ExitCode
from govern.report.answer import Answer
from govern.report.lanes import assessment_lines, lane_answer
from govern.report.wrap import wrapped


def lane_shown(row: Row, now: str) -> Answer:
    """An open lane as the board has it."""
    return replace(lane_answer(row, now), command="show")


def left_answer(lane: Lane) -> Answer:
    """A lane that was left: its way from entry to exit, each decision with its packet."""
    assert lane.exited is not None, "an open lane is shown otherwise"
    entered, exited = lane.entered.body, lane.exited
    binds = ", ".join(f"{each['surface']} by {each['packet']}" for each in exited.body["binds"])
    lines = wrapped(
        f"{lane.id}  {lane.cohort}, left at {exited.at}, attempt {lane.attempt}, owner {lane.owner}"
    )
    lines += _field("entered", f"{entered['entry_timestamp_utc']}, {lane.reason}")
    lines += _field("held to", f"{lane.criteria} version {entered['reentry_criteria_version']}")
    for record in lane.records(*LIFECYCLE[1:]):
        what = f"{record.at}  {name_of(record)} ({record.actor})"
        if name_of(record) == DECIDED:
            what += f": {record.body['outcome']}, {record.body['packet']['id']}"
        lines += wrapped(what, f" attempt {record.body['attempt']:<3} ")
    lines += _field("bound", binds or "nowhere: it stayed where it was")
    lines += _field("watched", f"until {exited.body['watched_until']}")
    data = {
        "cohort_key": lane.cohort,
        "mitigation_mode_id": lane.id,
        "entered": lane.entered.name,
        "exited": exited.name,
        "decisions": [record.body["packet"]["id"] for record in lane.records(DECIDED)],
        "records": [record.name for record in lane.history],
    }
    return Answer("show", tuple(lines), advice=("next", f"govern audit --record {exited.name}"), data=data)


def packet_answer(evidence: Any) -> Answer:
    """An evidence packet whole. `evidence` is an `operations.reentry_evidence.ReentryEvidence`."""
    lane, decision, value = evidence.lane, evidence.decision, evidence.value
    head = f"{evidence.id}  {lane.id}, {decision.body['decision_window']}"
    if value is None:
        lines = wrapped(head) + wrapped("its bytes are not in the ledger, or not those that were decided on")
        advice = ("type", f"govern audit --record {decision.name}")
        return Answer("show", tuple(lines), ExitCode.NO, "failed", advice)
    lines = wrapped(f"{head}, evidence_hash {value['evidence_hash'][7:15]} as decided on")
    lines += _snapshot(value["state"])
    for each in value["replays"]:
        lines += _field("replay", _replay(each))
    lines += assessment_lines(assessment_of(value))
    lines += _field("method", value["confidence"]["method"])
    lines += _decision(lane, decision, value["decision"])
    lines += file_lines(evidence)
    data = {
        "packet": dict(value),
        "files": [_file(each) for each in evidence.files],
        "path": evidence.path,
        "commit": evidence.commit,
    }
    return Answer("show", tuple(lines), advice=("next", f"govern audit --record {decision.name}"), data=data)


def assessment_of(value: Mapping[str, Any]) -> Assessment:
    """What was judged, as the packet keeps it."""
    windows = [
        Window(each["window"], each["n"], each["passed"], () if each["n"] else ("any",))
        for each in value["confidence"]["windows"]
    ]
    return Assessment(
        label=value["decision"]["label"],
        build=value["replays"][-1]["candidate"]["build"] if value["replays"] else None,
        windows=tuple(windows),
        criteria=tuple(Judged(**each) for each in value["criteria"]),
        signals=tuple(Judged(**each) for each in value["signals"]),
        regressive=tuple(value["state"]["regressive"]),
        uses=(),
    )


def file_lines(evidence: Any) -> list[str]:
    """The packet and the files behind it, each with its digest and the commit that holds it."""
    digest = evidence.decision.body["packet"]["sha256"]
    lines = _field("files", f"{evidence.id} {digest[7:15]}, ledger {evidence.commit[:7]}")
    for each in evidence.files:
        where = f"commit {each.commit[:7]}" if each.commit else "not in git"
        lines += _field("", f"{each.name} {each.digest[7:15]}, {where} ({each.record})")
    return lines


def _snapshot(state: Mapping[str, Any]) -> list[str]:
    held_to = f"{state['criteria']['id']} version {state['reentry_criteria_version']}"
    critical = ", critical" if state["critical"] else ""
    packets = f" by {', '.join(state['packets'])}" if state["packets"] else ""
    return [
        *_field(
            "entered", f"{state['entry_timestamp_utc']}, {state['mitigation_entry_reason_code']}{critical}"
        ),
        *_field("on", f"{', '.join(state['surfaces'])}{packets}; policy {state['active_policy_version']}"),
        *_field("held to", f"{held_to}; expires with {state['expiry_window']}; owner {state['state_owner']}"),
        *_field("attempt", f"{state['attempt']}: {', '.join(state['reached']) or 'nothing reached'}"),
        *_field("work", ", ".join(state["open_actions"]) or "none open"),
    ]


def _replay(each: Mapping[str, Any]) -> str:
    effects = ", ".join(f"{one['class']} {one['severity']} {one['n']}" for one in each["side_effects"])
    return (
        f"{each['window']} {each['pack']} of {each['candidate']['build']}: {each['passed']:,} of {each['n']:,};"
        f" critical routes {each['route_mismatches']['critical']}, unauthorized owners"
        f" {each['owner_mutations']['unauthorized']}, side effects {effects or 'none'} ({each['record']})"
    )


def _decision(lane: Lane, decision: Any, said: Mapping[str, Any]) -> list[str]:
    lines = _field("decided", f"{said['outcome']} by {said['evaluator']}, {said['at']} ({decision.name})")
    for each in said["rejections"]:
        what = f"{each['code']}, {each['owner']}, with {each['due_window']}: {each['required_evidence']}"
        lines += _field(each["action"], what)
    exited = lane.exited
    if exited is not None and exited.body["decision"] == decision.name:
        return [*lines, *_field("signed", f"by {exited.body['signed_off_by']}, {exited.at} ({exited.name})")]
    return [*lines, *_field("signed", "by nobody yet")] if lane.approved == decision else lines


def _field(name: str, text: str) -> list[str]:
    return wrapped(text, f" {name:<11} ", " " * 13)


def _file(each: Any) -> dict[str, Any]:
    return {"name": each.name, "digest": each.digest, "record": each.record, "commit": each.commit}
