"""What the recorded samples say of the stamps of a packet's cohorts, and of how much of its soak they say it.

The newest sample of a cohort counts. On the way to adopted those before it count too, back to the beginning of the
soak, unless the newer one begins as early. What the counts mean is decided by the check `stamps`.
"""

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass

from govern.domain.binding import current
from govern.domain.evidence.newest import Row, table
from govern.domain.evidence.soaking import Soak, Span, soak_of
from govern.domain.evidence.stamping import SOURCE
from govern.domain.gates import Border
from govern.domain.records import Record
from govern.domain.windows import LAST


@dataclass
class Sampled:
    """What is counted of a cohort's decisions on next since an instant, and the records that say so."""

    since: str
    counts: Counter[str]
    uses: tuple[str, ...]


def sampled(border: Border, judged: Collection[str]) -> dict[str, Sampled]:
    """By cohort what was sampled since counting began and since its last move."""
    soak = _asked(border)
    back_to = soak.begin if soak else LAST
    found: dict[str, Sampled] = {}
    for record in _records(border):
        for cohort, sample in _by_cohort(border, record, judged).items():
            known = found.setdefault(cohort, sample)
            if known is not sample and known.since > back_to and known.since > sample.since:
                known.counts.update(sample.counts)
                known.since, known.uses = sample.since, (*known.uses, *sample.uses)
    return found


def unsampled(border: Border) -> list[Span]:
    """The parts of the soak, oldest first, of which not every decision is in a sample."""
    if (soak := _asked(border)) is None:
        return []
    parts, (_, reach) = list[Span](), soak.last
    for since, until in sorted(_whole(border, soak), key=lambda span: span[1], reverse=True):
        if until <= soak.begin:
            break
        if until < reach:
            parts.append((until, reach))
        reach = min(reach, since)
    return [*([(soak.begin, reach)] if reach > soak.begin else []), *reversed(parts)]


def _asked(border: Border) -> Soak | None:
    """The soak that adoption asks for; None at another border, or while no window of it is over."""
    soak = soak_of(border)
    return soak if border.to == "adopted" and soak.done else None


def _records(border: Border) -> list[Record]:
    """The samples for this border since counting began, newest first."""
    return [
        record
        for record in reversed(border.packet.evidence)
        if record.body["source"]["name"] == SOURCE
        and record.body["border"] == border.to
        and record.n > border.packet.counting_from
    ]


def _by_cohort(border: Border, record: Record, judged: Collection[str]) -> dict[str, Sampled]:
    """One that left decisions out is about the last of them alone, so that it takes the place of none before it."""
    found: dict[str, Sampled] = {}
    for row in table(border, record.body["table"]["sha256"]):
        cohort = row["cohort"]
        since = record.body["source"]["params"]["until"] if row["excluded"] else _begin(row)
        if row["arm"] == "next" and cohort in judged and record.at >= current(border.surface, cohort).at:
            sample = found.setdefault(cohort, Sampled(since, Counter(), (record.name,)))
            sample.counts.update(row["counts"])
            sample.since = min(sample.since, since)
    return found


def _whole(border: Border, soak: Soak) -> list[Span]:
    """From when until when each sample has every decision of everybody on next: who has no row in it decided nothing.

    One that was taken after the soak, to the end of a log that reaches into its last window, reaches to its end.
    """
    begin, end = soak.last
    spans = []
    for record in _records(border):
        rows, params = table(border, record.body["table"]["sha256"]), record.body["source"]["params"]
        if not any(row["excluded"] for row in rows):
            until, last = params["until"], params.get("last", LAST)
            ended = last < until and begin < until < end <= record.at
            spans.append((max(map(_begin, rows)), end if ended else until))
    return spans


def _begin(row: Row) -> str:
    begin: str = row["window"].partition("/")[0]
    return begin
