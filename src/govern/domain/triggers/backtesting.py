"""A trigger's rule replayed over history with labelled incidents: what it caught, how late, and what was false alarm.

An alarm is the moment at which a firing begins. Inside an incident the first one catches it and the others say nothing
new; outside of every incident it is false, also where its firing goes on into one: a trigger that always fires
catches nothing. Where values and incidents come from, and what is done about a threshold, is not decided here.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from statistics import median

from govern.domain.firing import Rule

WEEK = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Incident:
    """A span of time in which something was wrong, both ends included. `cohort` None: with everybody."""

    begin: datetime
    end: datetime
    cohort: str | None = None

    def holds(self, moment: datetime) -> bool:
        return self.begin <= moment <= self.end


@dataclass(frozen=True, slots=True)
class Track:
    """The windows that are counted in one line, oldest first: when the value of each was known, and what it was."""

    name: str | None
    moments: tuple[datetime, ...]
    values: tuple[float | None, ...]
    incidents: tuple[Incident, ...] = ()

    def part(self, since: datetime | None, until: datetime | None) -> "Track":
        """The windows known from `since` on and before `until`. An incident stays where it might explain an alarm."""
        kept = [
            place
            for place, moment in enumerate(self.moments)
            if (since is None or moment >= since) and (until is None or moment < until)
        ]
        moments = tuple(self.moments[place] for place in kept)
        return replace(self, moments=moments, values=tuple(self.values[place] for place in kept))


@dataclass(frozen=True, slots=True)
class Catch:
    """An incident that began in the windows judged. `alarm` None: nobody was told."""

    incident: Incident
    track: str | None
    alarm: datetime | None

    @property
    def delay(self) -> timedelta | None:
        return None if self.alarm is None else self.alarm - self.incident.begin


@dataclass(frozen=True, slots=True)
class Judged:
    """What a rule would have done over some windows. `length` is the time they span, in all lines at once."""

    rule: Rule
    windows: int
    length: timedelta
    catches: tuple[Catch, ...]
    false: tuple[tuple[str | None, datetime], ...]
    alarms: int

    @property
    def hits(self) -> int:
        return sum(catch.alarm is not None for catch in self.catches)

    @property
    def a_week(self) -> float | None:
        """False alarms in a week; None where the windows span no time."""
        return len(self.false) / (self.length / WEEK) if self.length else None

    @property
    def delay(self) -> timedelta | None:
        """The middle one of the incidents that were caught."""
        delays = [catch.delay.total_seconds() for catch in self.catches if catch.delay is not None]
        return timedelta(seconds=median(delays)) if delays else None


def judge(rule: Rule, tracks: Sequence[Track]) -> Judged:
    catches: list[Catch] = []
    false: list[tuple[str | None, datetime]] = []
    alarms = 0
    for track in tracks:
        begun = [track.moments[firing.full] for firing in rule.firings(track.values)]
        alarms += len(begun)
        false += [
            (track.name, alarm) for alarm in begun if not any(one.holds(alarm) for one in track.incidents)
        ]
        for incident in _begun_within(track):
            first = next((alarm for alarm in begun if incident.holds(alarm)), None)
            catches.append(Catch(incident, track.name, first))
    windows = sum(len(track.values) for track in tracks)
    return Judged(rule, windows, _length(tracks), tuple(catches), tuple(false), alarms)


def _begun_within(track: Track) -> Iterable[Incident]:
    """The incidents that these windows could have caught from their first moment on."""
    if not track.moments:
        return ()
    first, last = track.moments[0], track.moments[-1]
    return (one for one in track.incidents if first <= one.begin <= last)


def _length(tracks: Sequence[Track]) -> timedelta:
    moments = [end for track in tracks if track.moments for end in (track.moments[0], track.moments[-1])]
    return max(moments) - min(moments) if moments else timedelta(0)


def share_at(tracks: Sequence[Track], share: float) -> datetime | None:
    """The moment before which about this share of all windows was known; None where it leaves one side empty."""
    moments = sorted(moment for track in tracks for moment in track.moments)
    place = int(len(moments) * share)
    return moments[place] if 0 < place < len(moments) else None
