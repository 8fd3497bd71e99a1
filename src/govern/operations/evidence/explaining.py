"""Which losses of a packet still want an explanation, and the command that gives one."""

from collections.abc import Collection
from shlex import quote

from govern.domain.evidence.newest import newest_items, sets_since
from govern.domain.evidence.pairs import Group, to_explain
from govern.domain.findings import nearest
from govern.domain.gates import Border, open_border
from govern.domain.policy import Actor
from govern.domain.rollout.explanation import Explain
from govern.domain.rollout.promotion import judge, ready
from govern.errors import RefusedError, UsageError
from govern.operations.asking import ask_border, packet_of
from govern.operations.workspace import Workspace


def open_groups(
    workspace: Workspace, packet_id: str, cohort: str | None = None, cluster: str | None = None
) -> list[Group]:
    """Groups of losses, one a cohort and cluster, without those that an explanation covers already.

    First come the cohorts that pass everything else: their explanations bring the packet further.
    """
    border = _border(workspace, packet_id)
    found = newest_items(border)
    if cohort is not None:
        _require(found, cohort)
    groups: list[Group] = []
    for each, (items, table) in sorted(found.items()):
        given = [
            r.body
            for r in border.packet.explanations
            if r.body["items"] == table and r.body["cohort"] == each
        ]
        covered = {body["cluster"] for body in given}
        if None not in covered and cohort in (None, each):
            groups += [group for group in to_explain(items) if group.cluster_id not in covered]
    passing = ready(border, judge(border)) if border.packet.phase == "shadow" else []
    kept = [group for group in groups if cluster in (None, group.cluster_id)]
    return sorted(kept, key=lambda group: group.cohort not in passing)


def following(workspace: Workspace, packet_id: str) -> str:
    """What to type once an explanation is given: the next one that brings it further, or the border."""
    try:
        asked = ask_border(workspace, packet_id)
    except RefusedError:
        return f"govern phase show {packet_id}"
    passing = ready(asked.border, asked.verdicts)
    if any(group.cohort in passing for group in open_groups(workspace, packet_id)):
        return f"govern evidence explain {packet_id}"
    verb = "advance" if asked.answer is None else "check"
    return f"govern phase {verb} {packet_id} --to {asked.border.to}"


def command_for(
    workspace: Workspace, packet_id: str, cohort: str, cluster: str | None, dimension: str, moved: str
) -> Explain:
    """The explanation of a cohort, or of one cluster of it, bound to the items that were listed."""
    border = _border(workspace, packet_id)
    found = newest_items(border)
    _require(found, cohort)
    table = found[cohort][1]
    record = next(r for r in sets_since(border) if r.body["items"]["sha256"] == table)
    return Explain(packet_id, record.name, table, cohort, dimension, moved, cluster)


def _require(found: Collection[str], cohort: str) -> None:
    if cohort not in found:
        close = nearest(cohort, sorted(found))
        raise UsageError(
            f"no pairs of cohort `{cohort}` are recorded; there are: {', '.join(sorted(found))}",
            type_line=f"--cohort {quote(close or min(found))}",
        )


def _border(workspace: Workspace, packet_id: str) -> Border:
    packet = packet_of(workspace, packet_id)
    if not packet.evidence:
        raise RefusedError(
            f"{packet_id} has no recorded pairs to explain",
            type_line=f"govern evidence shadow {packet_id} --pairs FILE",
        )
    return open_border(
        workspace.state, workspace.documents(), packet_id, Actor(""), workspace.now(), to="canary"
    )
