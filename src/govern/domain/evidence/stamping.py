"""A sample of stamps: from when on a cohort is sampled, and whether recorded counts can be such a sample.

A sample goes on where the cohort's last one ended, and never reaches back before the cohort's last move. What the
counts mean for a border is decided by the check `stamps`; whether they are true is not known here.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from govern.domain.binding import current
from govern.domain.decision import Refusal
from govern.domain.document import Documents
from govern.domain.evidence.rows import counted, wrong_stamps
from govern.domain.state import Packet, State
from govern.domain.windows import instant

SOURCE = "stamps"
LONGEST = 99_999  # of one unit, in the length of a recorded window
UNITS = ((1, "S"), (60, "M"), (3600, "H"))


def moved_at(state: State, packet: Packet, cohort: str) -> str:
    """When the cohort was last bound: what was decided before says nothing of its stamps now."""
    return current(state.surfaces[packet.surface], cohort).at


def sampled_until(documents: Documents, packet: Packet) -> dict[str, str]:
    """By cohort the end of its newest recorded sample."""
    ends: dict[str, str] = {}
    for record in reversed(packet.evidence):
        source = record.body["source"]
        if source["name"] == SOURCE:
            for row in documents.table(record.body["table"]["sha256"]):
                ends.setdefault(row["cohort"], source["params"]["until"])
    return ends


def window(since: str, until: str) -> str:
    """`START/LENGTH` from `since` to `until`, in seconds; a long one is rounded up to minutes or hours."""
    seconds = int((instant(until) - instant(since)).total_seconds())
    size, unit = next((size, unit) for size, unit in UNITS if -(-seconds // size) <= LONGEST)
    return f"{since}/PT{-(-seconds // size)}{unit}"


def require(
    state: State, packet: Packet, body: Mapping[str, Any], rows: Sequence[Mapping[str, Any]], now: str
) -> None:
    """A Refusal unless the rows can be a sample of cohorts that are on next, taken since their last move."""
    if wrong := wrong_stamps(rows):
        raise Refusal(f"the table does not hold a sample of stamps: {wrong}")
    cohorts = {row["cohort"] for row in rows}
    if others := sorted(cohorts - set(packet.on_next)):
        raise Refusal(f"cohorts that {packet.id} has not on next: {', '.join(others[:5])}")
    until, last = (body["source"]["params"].get(name) for name in ("until", "last"))
    if not isinstance(until, str) or until > now:
        raise Refusal(f"the sample reaches to {until}, and it is {now}")
    if not isinstance(last, str | None):
        raise Refusal(f"the last decision of its log is said to be {last}")
    for row in rows:
        since, _, _ = row["window"].partition("/")
        if since >= until or row["window"] != window(since, until):
            raise Refusal(f"{row['cohort']}: {row['window']} is no window until {until}")
        if since < (moved := moved_at(state, packet, row["cohort"])):
            raise Refusal(
                f"{row['cohort']} moved at {moved}, after the sample began at {since}: sample it again",
                type_line=f"govern evidence stamps {packet.id}",
            )
    if sorted({row["window"] for row in rows}) != list(body["windows"]):
        raise Refusal("the windows of the table are not those that were measured")
    if (told := counted(rows)) > (read := body["source"]["input"]["rows"]):
        raise Refusal(f"{told:,} decisions are sampled of a log of {read:,}")
