"""A PromQL query asked of a Prometheus server over windows of ours: one value for each window of each cohort.

The value of a window, half-open, is that of the query a millisecond before its end: a scrape at the end belongs to
the next window. Nothing is filled in: a window without a sample is None, one that is no number is NaN. An answer
that is not what was asked for is an error and no value. The URL of the server stands in no text; what the values
mean is decided elsewhere.
"""

import hashlib
import json
import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from govern.domain.queries import resolved
from govern.domain.selection import is_cohort_key
from govern.domain.windows import duration, instant
from govern.errors import DocumentError, UsageError
from govern.evidence.faults import shown

if TYPE_CHECKING:
    import httpx

PATH = "/api/v1/query_range"
COHORT, VERSION = (
    "cohort_key",
    "model_version_active",
)  # labels; others are summed away or the answer is refused
POINTS = 10_000  # windows of one question; a server refuses more than 11,000
SECONDS = 30  # that a server may take
LONGEST = 300  # of what a server says of itself
NO_NUMBER = ("NaN", "+Inf", "-Inf", "Inf")
MOMENT = timedelta(milliseconds=1)
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class UnreachableError(DocumentError):
    """No answer at all: another question would be answered no better."""


@dataclass(frozen=True, slots=True)
class Windows:
    """`count` windows of `length` in a row, of which the first starts at `first`."""

    first: str
    length: str
    count: int

    def question(self, begin: int, count: int) -> tuple[int, int, int]:
        """From when to when, in milliseconds since 1970, and the step: one instant for each of some windows."""
        step = duration(self.length) // MOMENT
        last = (instant(self.first) - EPOCH) // MOMENT + step * (begin + 1) - 1
        return last, last + step * (count - 1), step


@dataclass(frozen=True, slots=True)
class Line:
    """The values of all windows for one cohort (None: all together) and version (None: the query does not say)."""

    cohort: str | None
    version: str | None
    values: tuple[float | None, ...]


@dataclass(frozen=True, slots=True)
class Answered:
    """What a server answered: the query as it was asked, the digest of the answers' bytes, how many samples."""

    query: str
    sha256: str
    samples: int
    lines: tuple[Line, ...]


def ask(
    name: str, url: str, query: str, windows: Windows, *, transport: "httpx.BaseTransport | None" = None
) -> Answered:
    """Ask the server `name` at `url`. UsageError: httpx is missing, or no URL; DocumentError: no usable answer."""
    asked = resolved(query, windows.length)
    found: dict[tuple[str | None, str | None], list[float | None]] = {}
    seen = hashlib.sha256()
    samples = 0
    for begin in range(0, windows.count, POINTS):
        bounds = windows.question(begin, min(POINTS, windows.count - begin))
        content = _fetch(name, url, asked, bounds, transport)
        seen.update(content)
        for key, place, value in _samples(name, _matrix(name, content), bounds):
            found.setdefault(key, [None] * windows.count)[begin + place] = value
            samples += 1
    ordered = sorted(found.items(), key=lambda item: [part or "" for part in item[0]])
    lines = tuple(Line(*key, tuple(values)) for key, values in ordered)
    return Answered(asked, f"sha256:{seen.hexdigest()}", samples, lines)


def _fetch(
    name: str,
    url: str,
    query: str,
    bounds: tuple[int, int, int],
    transport: "httpx.BaseTransport | None",
) -> bytes:
    """The bytes of one answer. No redirect is followed: what the URL holds goes to its own host alone."""
    try:
        import httpx
    except ImportError:
        raise UsageError(
            f"source {name}: asking Prometheus needs httpx", type_line="pip install 'govern-cli[prometheus]'"
        ) from None
    start, end, step = (f"{part / 1000:.3f}" for part in bounds)
    form = {"query": query, "start": start, "end": end, "step": step, "timeout": f"{SECONDS}s"}
    try:
        with httpx.Client(timeout=SECONDS, transport=transport) as client:
            answer = client.post(url.rstrip("/") + PATH, data=form)
    except (httpx.InvalidURL, httpx.UnsupportedProtocol):
        raise UsageError(f"source {name}: its environment variable holds no URL http(s)://HOST") from None
    except httpx.TimeoutException:
        raise UnreachableError(f"source {name}: no answer within {SECONDS} seconds") from None
    except httpx.HTTPError as error:
        raise UnreachableError(
            f"source {name}: the server cannot be reached ({type(error).__name__})"
        ) from None
    if answer.status_code != httpx.codes.OK:
        said = _said(answer.content)
        why = f"answers {answer.status_code}" + (f": {said}" if said else "")
        raise DocumentError(f"source {name}: the server {why}")
    return answer.content


def _said(content: bytes) -> str:
    """Why a server refuses, in its own words as far as they are in the form of the API; no page of a proxy."""
    try:
        answer = json.loads(content)
        said = f"{answer['errorType']}: {answer['error']}"
    except (ValueError, KeyError, TypeError):
        return ""
    return ascii(said)[1:-1][:LONGEST]


def _matrix(name: str, content: bytes) -> list[Mapping[str, Any]]:
    """The series of an answer. A warning says that some of the data are missing, so nothing is taken of it."""
    try:
        answer = json.loads(content)
        status, warnings = answer["status"], answer.get("warnings")
        kind, series = answer["data"]["resultType"], answer["data"]["result"]
    except (ValueError, KeyError, TypeError, AttributeError):
        raise _unusable(name, "is no answer of Prometheus") from None
    if status != "success" or kind != "matrix" or not isinstance(series, list):
        raise _unusable(name, "is no matrix of samples")
    if warnings:
        raise _unusable(name, f"comes with a warning: {ascii(str(warnings[0]))[1:-1][:LONGEST]}")
    return series


def _samples(
    name: str, matrix: list[Mapping[str, Any]], bounds: tuple[int, int, int]
) -> Iterator[tuple[tuple[str | None, str | None], int, float]]:
    """Every sample: whose, the place of its window from 0, the value."""
    seen = set()
    for one in matrix:
        try:
            labels, values = one["metric"], one["values"]
            key = labels.get(COHORT) or None, labels.get(VERSION) or None
        except (KeyError, TypeError, AttributeError):
            raise _unusable(name, "holds a series without plain numbers") from None
        cohort = key[0]
        if cohort is not None and not is_cohort_key(cohort):
            raise _unusable(name, f"has a {COHORT} that is no cohort key: {shown(cohort)}")
        if key in seen:
            whose = " on ".join(shown(part) for part in key if part) or f"no {COHORT}"
            hint = f"sum by ({COHORT}) (...) leaves one series for each cohort"
            raise _unusable(name, f"has two series for {whose}", hint)
        seen.add(key)
        before = -1
        for at, text in _pairs(name, values):
            place = _place(name, at, bounds)
            if place <= before:
                raise _unusable(name, f"has samples that do not go forward in time, at {at}")
            yield key, place, _number(name, text)
            before = place


def _pairs(name: str, values: Any) -> Iterator[tuple[float, str]]:
    try:
        for at, text in values:
            yield float(at), text
    except (ValueError, TypeError):
        raise _unusable(name, "holds a sample that is no pair of time and value") from None


def _place(name: str, at: float, bounds: tuple[int, int, int]) -> int:
    """The place of the window that was asked for at this time."""
    first, last, step = bounds
    moment = round(at * 1000) if math.isfinite(at) else -1
    if not first <= moment <= last or (moment - first) % step:
        raise _unusable(name, f"has a sample at {at}, a time that was not asked for")
    return (moment - first) // step


def _number(name: str, text: Any) -> float:
    """What is no number neither breaches nor passes, whatever its sign: NaN."""
    if text in NO_NUMBER:
        return math.nan
    try:
        value = float(text) if isinstance(text, str) else math.inf
    except ValueError:
        value = math.inf
    if not math.isfinite(value):
        raise _unusable(name, f"holds a value that is no number: {shown(str(text))}")
    return value


def _unusable(name: str, why: str, *notes: str) -> DocumentError:
    return DocumentError(f"source {name}: the answer {why}; nothing is computed from it", notes=notes)
