"""Whether two records say of one firing that it fired: two clones without the remote may both have counted it."""

from govern.domain.records import Record
from govern.domain.state import Packet


def recorded_as(packet: Packet, fired: Record) -> Record | None:
    """The packet's record of what `fired` is about: of the same trigger, for one of its cohorts, in one of its
    windows.
    """
    return next((record for record in reversed(packet.fired) if _same(record, fired)), None)


def _same(one: Record, other: Record) -> bool:
    mine, theirs = one.body, other.body
    if (mine["trigger"], mine["window"]) != (theirs["trigger"], theirs["window"]):
        return False
    return bool(
        set(mine["cohorts"]) & set(theirs["cohorts"]) and set(mine["windows"]) & set(theirs["windows"])
    )
