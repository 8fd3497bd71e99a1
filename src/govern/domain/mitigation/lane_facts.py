"""What every fact of a lane shares: the confidence so far, what names its source, and the line that comes next."""

import re
from collections.abc import Iterable, Mapping
from shlex import quote
from typing import Any

from govern.domain.decision import Refusal
from govern.domain.findings import nearest
from govern.domain.lane import Lane
from govern.domain.mitigation.criteria import Criteria
from govern.domain.mitigation.lanes import LINES
from govern.domain.records import Record
from govern.domain.statistics import wilson
from govern.errors import ExitCode

PACK = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
LONGEST = 200  # characters of a build


def replays_of(lane: Lane, build: str) -> list[Record]:
    """What was replayed of a candidate build since the last containment."""
    contained, replays = lane.contained, lane.records("replay_completed")
    return [r for r in replays if r.n > contained and r.body["candidate"]["build"] == build]


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


def require_pack(lane: Lane, criteria: Criteria, pack: str, option: str = "--pack") -> None:
    """One that the lane is held to: an easy pack beside them would lift the confidence."""
    if not PACK.fullmatch(pack) or len(pack) > 63:
        raise Refusal(
            f"no pack is called `{pack}`: lower-case letters, digits and single hyphens",
            type_line=f"{option} ID",
            exit=ExitCode.COULD_NOT,
        )
    if criteria.packs and pack not in criteria.packs:
        close = nearest(pack, criteria.packs)
        raise Refusal(
            f"{lane.id} is not held to a pack `{pack}`; {criteria.id} asks for {', '.join(criteria.packs)}"
            + (f"; nearest: {close}" if close else ""),
            type_line=f"{option} {close or criteria.packs[0]}",
            exit=ExitCode.COULD_NOT,
        )


def same_source(lanes: Iterable[Lane], event: str, source: Mapping[str, Any]) -> Record | None:
    """The record of one of these lanes that the same bytes gave."""
    records = (record for lane in lanes for record in lane.records(event))
    return next((r for r in records if r.body["source"]["digest"] == source["digest"]), None)


def contain_line(cohort: str) -> str:
    return f'govern mitigation contain {cohort} --finding "..."'


def next_line(lane: Lane, coming: str, build: str = "BUILD") -> str:
    """The line of the lifecycle event that comes next, or the board."""
    line = LINES.get(coming, "govern mitigation board {cohort}").format(cohort=lane.word)
    return line.replace("--build BUILD", f"--build {quote(build)}")
