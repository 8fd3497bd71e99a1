"""Which losses of a packet still want an explanation, and the command that gives one."""

from govern.domain.evidence import newest_items, sets_since
from govern.domain.explanation import Explain
from govern.domain.gates import Border, open_border
from govern.domain.pairs import Group, to_explain
from govern.domain.policy import Actor
from govern.errors import RefusedError, UsageError
from govern.operations.workspace import Workspace


def open_groups(workspace: Workspace, packet_id: str) -> list[Group]:
    """Groups of losses, one a cohort and cluster, without those that an explanation covers already."""
    border = _border(workspace, packet_id)
    groups: list[Group] = []
    for cohort, (items, table) in sorted(newest_items(border).items()):
        given = [
            r.body
            for r in border.packet.explanations
            if r.body["items"] == table and r.body["cohort"] == cohort
        ]
        covered = {body["cluster"] for body in given}
        if None not in covered:
            groups += [group for group in to_explain(items) if group.cluster_id not in covered]
    return groups


def command_for(
    workspace: Workspace, packet_id: str, cohort: str, cluster: str | None, dimension: str, moved: str
) -> Explain:
    """The explanation of a cohort, or of one cluster of it, bound to the items that were listed."""
    border = _border(workspace, packet_id)
    found = newest_items(border)
    if cohort not in found:
        raise UsageError(f"no pairs of cohort `{cohort}` are recorded; there are: {', '.join(sorted(found))}")
    table = found[cohort][1]
    record = next(r for r in sets_since(border) if r.body["items"]["sha256"] == table)
    return Explain(packet_id, record.name, table, cohort, dimension, moved, cluster)


def _border(workspace: Workspace, packet_id: str) -> Border:
    packet = workspace.state.packet(packet_id)
    if not packet.evidence:
        raise RefusedError(
            f"{packet_id} has no recorded pairs to explain",
            type_line=f"govern evidence shadow {packet_id} --pairs FILE",
        )
    return open_border(
        workspace.state, workspace.documents(), packet_id, Actor(""), workspace.now(), to="canary"
    )
