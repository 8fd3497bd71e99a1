"""Instants, durations and windows as text: UTC, whole seconds, half-open intervals. No clock here."""

import re
from datetime import UTC, datetime, timedelta
from functools import lru_cache

DURATION = re.compile(
    r"P(?:(?P<weeks>\d+)W|(?P<days>\d+)D|T(?:(?P<hours>\d+)H|(?P<minutes>\d+)M|(?P<seconds>\d+)S))"
)
INSTANT = "%Y-%m-%dT%H:%M:%SZ"
# The ends of the calendar: what lies beyond becomes these.
FIRST, LAST = "0001-01-01T00:00:00Z", "9999-12-31T23:59:59Z"


@lru_cache(maxsize=4096)  # an anchor is asked for again with each window
def instant(text: str) -> datetime:
    """`2026-11-20T10:00:00Z`, or a date, which is its first instant. ValueError otherwise."""
    if len(text) == 10:
        text += "T00:00:00Z"
    return datetime.strptime(text, INSTANT).replace(tzinfo=UTC)


def written(moment: datetime) -> str:
    try:
        moment = moment.astimezone(UTC)
    except OverflowError:
        return LAST if moment.year > 1 else FIRST
    return moment.replace(tzinfo=None).isoformat(timespec="seconds") + "Z"


@lru_cache(maxsize=256)
def duration(text: str) -> timedelta:
    """ISO 8601 of one unit: P7D, P2W, PT5M; at most what a timedelta holds. ValueError otherwise."""
    match = DURATION.fullmatch(text)
    if match is None:
        raise ValueError(f"not a duration: {text}")
    try:
        return timedelta(**{unit: int(count) for unit, count in match.groupdict().items() if count})
    except OverflowError:
        return timedelta.max


def after(at: str, length: str) -> str:
    """The instant `length` after `at`, or the last of the calendar."""
    try:
        return written(instant(at) + duration(length))
    except OverflowError:
        return LAST


def before(at: str, length: str) -> str:
    """The instant `length` before `at`, or the first of the calendar."""
    try:
        return written(instant(at) - duration(length))
    except OverflowError:
        return FIRST


WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


def window_at(anchor: str, length: str, at: str) -> str:
    """The window `START/LENGTH` that holds `at`, counted from the anchor."""
    size = duration(length)
    start = instant(anchor) + size * ((instant(at) - instant(anchor)) // size)
    return window_from(written(start), length)


def window_from(start: str, length: str) -> str:
    """The window that begins there, as it is named: of midnight the date alone."""
    return f"{start.removesuffix('T00:00:00Z')}/{length}"


def minutes_in_week(text: str) -> int:
    """`fri 12:00` as minutes since Monday 00:00."""
    day, clock = text.split()
    hours, minutes = clock.split(":")
    return WEEKDAYS.index(day) * 1440 + int(hours) * 60 + int(minutes)


def spoken(length: timedelta) -> str:
    """A length for people: `4 min 19 s`, `3 d 6 h`; the two largest units that are not zero."""
    seconds = int(length.total_seconds())
    parts = []
    for name, size in (("d", 86400), ("h", 3600), ("min", 60), ("s", 1)):
        count, seconds = divmod(seconds, size)
        if count:
            parts.append(f"{count} {name}")
    return " ".join(parts[:2]) or "0 s"
