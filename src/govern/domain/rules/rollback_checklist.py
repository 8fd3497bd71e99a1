"""The five items without which nobody deploys, each readable: of next, else of its surface, else of the packet."""

from collections.abc import Iterator

from govern.domain.document import Document
from govern.domain.findings import Finding
from govern.domain.rules.view import Explanation, View, at, finding, mapping, text

CODES = {
    "GOV-PKT-008": Explanation(
        "the rollback checklist has a gap",
        "Previous version, procedure, test, owner and time to go back are written down before anything moves.",
        "Write the item into `rollback` of the next baseline, or of its surface in govern.yaml.",
    ),
}
EXAMPLES = {
    "procedure": "govern rollback execute --surface {surface}",
    "time_to_rollback": "PT5M",
}
IN_PACKET = {
    "previous": ("prev", "baseline"),
    "tested_in_staging_at": ("rehearsal", "date"),
    "owner": ("owners", "rollback_execute"),
}


def check(view: View) -> Iterator[Finding]:
    workspace = view.single("workspace")
    for packet in view.of("packet"):
        surface = text(packet.value, "surface")
        baseline = view.get("baseline", at(packet.value, "next", "baseline"))
        if workspace is None or baseline is None or surface not in mapping(workspace.value, "surfaces"):
            continue
        for item in ("previous", "procedure", "tested_in_staging_at", "owner", "time_to_rollback"):
            if not _written(workspace, baseline, packet, surface, item):
                example = EXAMPLES.get(item, "...").format(surface=surface)
                hint = f"write it in govern.yaml, surfaces.{surface}.rollback: {item}: {example}"
                message = f"rollback checklist: no {item}"
                yield finding(packet, ("next", "baseline"), "GOV-PKT-008", message, hint)
                break


def _written(
    workspace: Document, baseline: Document, packet: Document, surface: str | None, item: str
) -> bool:
    places = (
        at(baseline.value, "rollback", item),
        at(workspace.value, "surfaces", surface or "", "rollback", item),
        at(packet.value, *IN_PACKET[item]) if item in IN_PACKET else None,
    )
    return any(places)
