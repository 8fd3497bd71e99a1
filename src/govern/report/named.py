"""What `govern show` prints of things with a name of their own: documents, cohorts, people, bytes."""

from collections.abc import Iterable, Mapping, Sequence
from shlex import quote
from typing import Any

from govern.domain.binding import current
from govern.domain.policy import Policy
from govern.domain.records import Record
from govern.domain.state import State
from govern.errors import ExitCode
from govern.report.answer import Answer
from govern.report.bindings import binding_data, share
from govern.report.packets import packet_data, packet_lines
from govern.report.wrap import wrapped


def document_answer(kind: str, name: str, holding: Any, state: State) -> Answer:
    """A document as it counts now: what the ledger knows of it, where its bytes are from, the bytes.

    `holding` is an `operations.holdings.Holding`.
    """
    lines, data = _known(kind, name, state)
    lines += wrapped(f"{holding.path}   {holding.digest[:19]}") + _source(holding, state)
    lines += ["", *holding.data.decode("utf-8", "replace").rstrip("\n").split("\n")]
    data |= {
        "kind": kind,
        "id": name,
        "path": holding.path,
        "digest": holding.digest,
        "published": holding.published,
        "frozen_by": [packet.frozen_by for packet in holding.frozen],
        "text": holding.data.decode("utf-8", "replace"),
    }
    advice = ("next", f"govern phase check {name}") if kind == "packet" else None
    return Answer("show", tuple(lines), advice=advice, data=data)


def _source(holding: Any, state: State) -> list[str]:
    """Whether these bytes are frozen, by whom, and what the branch has instead."""
    if not holding.frozen:
        return [f" as published on {state.branch}"]
    last = holding.frozen[-1]
    lines = wrapped(f"frozen for {last.id} by {last.frozen_by}: an edit of the branch has no force", " ")
    if holding.published is None:
        lines += wrapped(f"{state.branch} does not have it any more", " ")
    elif holding.published != holding.digest:
        lines += wrapped(f"{state.branch} has other bytes today: {holding.published[:19]}", " ")
    for packet in holding.frozen[:-1]:
        digest = packet.frozen[holding.key]
        if digest != holding.digest:
            lines += wrapped(f"frozen otherwise for {packet.id}: govern show {digest[:19]}", " ")
    return lines


def _known(kind: str, name: str, state: State) -> tuple[list[str], dict[str, Any]]:
    """What the ledger knows beside the document itself."""
    if kind == "packet":
        packet = state.packet(name)
        return packet_lines(packet), {"packet": packet_data(packet)}
    if kind != "baseline":
        return [], {}
    verified = [f"{r.body['method']} {r.body['day']} ({r.name})" for r in state.verified.get(name, ())]
    users = [
        f"{surface_id} {who}"
        for surface_id, surface in sorted(state.surfaces.items())
        for who, timeline in [("default", surface.default), *sorted(surface.cohorts.items())]
        if timeline and timeline[-1].to.baseline == name
    ]
    lines = wrapped(", ".join(verified) or "never", f"{name}   verified: ", "   ")
    lines += wrapped(", ".join(users) or "nobody", " bound by  ")
    return lines, {"verified": verified, "bound_by": users}


def cohort_answer(cohort: str, attributes: Mapping[str, Any] | None, state: State) -> Answer:
    """A cohort: what the dictionary says of it, what decides for it, which packets cover it."""
    lines = [cohort]
    if attributes is None:
        lines += wrapped("not in the published dictionary: it is bound as recorded", " ")
    for name, value in (attributes or {}).items():
        lines += wrapped(str(value).lower() if isinstance(value, bool) else str(value), f" {name:<10}")
    data = []
    for surface_id, surface in sorted(state.surfaces.items()):
        binding = current(surface, cohort)
        how = "by name" if cohort in surface.cohorts else "the default"
        lines += wrapped(
            f"{share(binding)} since {binding.at} ({how}, {binding.record})", f" {surface_id:<10}"
        )
        data.append(binding_data(surface_id, cohort, binding))
    for packet in state.packets.values():
        if cohort in packet.stages:
            lines += wrapped(f"{packet.phase}, here {packet.stages[cohort]}", f" {packet.id}  ")
    return Answer(
        "show",
        tuple(lines),
        advice=("next", f"govern binding show --cohort {quote(cohort)}"),
        data={"cohort": cohort, "attributes": dict(attributes or {}), "bindings": data},
    )


def person_answer(
    person: str, policy: Policy, details: Mapping[str, Any], records: Sequence[Record]
) -> Answer:
    """A person: as the policy in force knows them, what govern.yaml adds, and what they wrote."""
    known = policy.view["people"][person]
    roles = [role for role in policy.view["roles"] if person in policy.holders(role)]
    more = {name: value for name, value in details.items() if name not in known}
    lines = [f"{person}   {known['email']}   {known['kind']}"]
    lines += wrapped(", ".join(roles) or "none", " roles     ")
    lines += [line for name, value in more.items() for line in wrapped(str(value), f" {name:<10}")]
    last = f"{len(records)}, the last {records[-1].name} at {records[-1].at}" if records else "none"
    lines += wrapped(last, " records   ")
    data = {"person": person, **known, **more, "roles": roles, "records": [r.name for r in records]}
    return Answer("show", tuple(lines), advice=("next", f"govern log {person}"), data=data)


def surface_answer(surface: str, lines: Iterable[str], frozen: Mapping[str, str]) -> Answer:
    """A surface: who is on what, and what is frozen on it."""
    said = [*lines]
    for cohort, record in sorted(frozen.items()):
        who = "all cohorts" if cohort == "*" else cohort
        said += wrapped(f"promotions of {who} are frozen by {record}", " ")
    data = {"surface": surface, "frozen": dict(frozen)}
    return Answer("show", tuple(said), advice=("next", f"govern log surfaces/{surface}"), data=data)


def bytes_answer(digest: str, data: bytes | None) -> Answer:
    """Bytes out of the ledger's inputs, as they are; what is not text is only counted."""
    if data is None:
        lines = (f"the bytes of {digest[:19]} are not here any more, or are others",)
        return Answer("show", lines, ExitCode.NO, "failed", ("type", "govern audit"))
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        return Answer(
            "show", (f"{len(data):,} bytes, not text",), data={"digest": digest, "bytes": len(data)}
        )
    shown = tuple(text.removesuffix("\n").split("\n"))
    return Answer("show", shown, data={"digest": digest, "bytes": len(data), "text": text})
