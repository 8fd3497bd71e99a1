"""A file of replay results for a lane: of which pack and build it is, its counts, and the command that records them."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from govern.domain.findings import nearest
from govern.domain.lane import Lane
from govern.domain.mitigation.criteria import Criteria, criteria_of
from govern.domain.mitigation.lane_replays import RecordReplay
from govern.domain.mitigation.lanes import lane_meant
from govern.errors import UsageError
from govern.evidence.replay_results import Results, read_results
from govern.operations.evidence.measure import kept_name
from govern.operations.workspace import Workspace


@dataclass(frozen=True)
class Replayed:
    """The results of one pack by one build. Nothing is recorded of them while they have findings."""

    lane: Lane
    criteria: Criteria
    results: Results
    name: str
    pack: str = ""
    build: str = ""

    def command(self) -> RecordReplay:
        source = {"name": self.name, "digest": self.results.sha256, "rows": self.results.rows}
        measured: dict[str, Any] = {**self.results.counts, "source": source}
        return RecordReplay(self.lane.cohort, self.pack, self.build, measured)


def replayed(
    workspace: Workspace, cohort: str, path: Path, pack: str | None = None, build: str | None = None
) -> Replayed:
    """Read the results for a lane. UsageError: no such file, or nobody says of which pack or build it is."""
    lane = lane_meant(workspace.state, cohort)
    criteria = criteria_of(workspace.documents(), lane)
    results = read_results(path, lane.cohort, pack, build)
    found = Replayed(lane, criteria, results, kept_name(workspace, path))
    if results.findings:
        return found
    pack, build = results.pack or pack, results.build or build
    if pack is None:
        close = nearest(path.stem, criteria.packs)
        raise UsageError(
            f"{path} does not say which pack was replayed"
            + (f"; {criteria.id} asks for {', '.join(criteria.packs)}" if criteria.packs else ""),
            type_line=f"--pack {close or next(iter(criteria.packs), 'ID')}",
        )
    if build is None:
        raise UsageError(f"{path} does not say which build was replayed", type_line="--build BUILD")
    return Replayed(lane, criteria, results, found.name, pack, build)
