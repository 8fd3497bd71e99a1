"""What every fact of a lane shares: the confidence so far, what names its source, and the line that comes next."""

from collections.abc import Mapping
from typing import Any

from govern.domain.decision import Refusal
from govern.domain.lane import Lane
from govern.domain.lanes import LINES
from govern.domain.records import Record
from govern.domain.statistics import wilson
from govern.errors import ExitCode

LONGEST = 200  # characters of a build


def contained_at(lane: Lane) -> int:
    """The place of the last containment: what came before it is not counted any more."""
    return max((record.n for record in lane.records("containment_reviewed")), default=0)


def replays_of(lane: Lane, build: str) -> list[Record]:
    """What was replayed of a candidate build since the last containment."""
    replays = lane.records("replay_completed")
    return [r for r in replays if r.n > contained_at(lane) and r.body["candidate"]["build"] == build]


def confidence(lane: Lane, build: str, passed: int = 0, n: int = 0) -> float | None:
    """The lower end of the interval over all replays of a build, with `passed` of `n` more; None without any."""
    bodies = [record.body for record in replays_of(lane, build)]
    passed += sum(body["passed"] for body in bodies)
    n += sum(body["n"] for body in bodies)
    return round(wilson.lower(passed, n), 6) if n else None


def require_build(build: str) -> None:
    if len(build) > LONGEST or not build.isprintable():
        raise Refusal(
            f"a build has a name of at most {LONGEST} printable characters",
            type_line="--build BUILD",
            exit=ExitCode.COULD_NOT,
        )


def same_source(lane: Lane, event: str, source: Mapping[str, Any]) -> Record | None:
    """The record of this lane that the same bytes gave."""
    return next((r for r in lane.records(event) if r.body["source"]["digest"] == source["digest"]), None)


def contain_line(cohort: str) -> str:
    return f'govern mitigation contain {cohort} --finding "..."'


def next_line(lane: Lane, coming: str, build: str = "BUILD") -> str:
    """The line of the lifecycle event that comes next, or the board."""
    line = LINES.get(coming, "govern mitigation board {cohort}").format(cohort=lane.cohort)
    return line.replace("--build BUILD", f"--build {build}")
