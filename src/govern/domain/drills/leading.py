"""Which packages the triggers of a packet in the field lead to, as they were frozen with it."""

from govern.domain.document import Documents
from govern.domain.state import Packet


def packages_of(documents: Documents, packet: Packet) -> set[str]:
    """By name. A trigger that the ledger does not hold leads nowhere."""
    found = (
        documents.held(key, digest) for key, digest in packet.frozen.items() if key.startswith("triggers/")
    )
    return {trigger.value["package"] for trigger in found if trigger and "package" in trigger.value}
