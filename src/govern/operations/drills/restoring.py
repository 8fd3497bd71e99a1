"""The real way back within the rollback branch of a drill: walked on a throw-away clone, where the package touches a
surface and a packet is open there. What is bound is compared with what is frozen, never with the card's figures.
"""

from collections.abc import Mapping
from typing import Any

from govern.domain.drills.environment import environment, to_rehearse
from govern.operations.asking import rehearse_packet
from govern.operations.workspace import Workspace


def walk_back(workspace: Workspace, package: Mapping[str, Any]) -> dict[str, Any] | None:
    """What the clone gave; None where there is nothing to walk. RefusedError where it cannot be walked."""
    packet = to_rehearse(workspace.state, workspace.documents(), package)
    if packet is None:
        return None
    walked = rehearse_packet(workspace, packet)
    return {
        "packet": packet,
        "cohorts": list(walked.cohorts),
        "same": walked.same,
        "seconds": walked.seconds,
        "differs": list(walked.differs),
    }


def restored(workspace: Workspace, package: Mapping[str, Any]) -> dict[str, Any]:
    """Walk, and compare: `environment` and `clone` as a record of the drill has them."""
    clone = walk_back(workspace, package)
    found = environment(workspace.state, workspace.documents(), package, clone)
    return {"environment": found, "clone": clone}
