"""The bindings of the fold as intervals that a decision log can be compared with."""

from collections.abc import Iterator, Sequence
from itertools import zip_longest

from govern.domain.state import Binding, State
from govern.domain.windows import duration
from govern.evidence.timeline import Interval


def intervals(state: State) -> list[Interval]:
    """From when until when each binding held, for every surface: its default, then the cohorts bound by name."""
    return [
        interval
        for surface_id, surface in sorted(state.surfaces.items())
        for cohort, timeline in ((None, surface.default), *sorted(surface.cohorts.items()))
        for interval in _intervals(surface_id, cohort, timeline)
    ]


def _intervals(surface: str, cohort: str | None, timeline: Sequence[Binding]) -> Iterator[Interval]:
    for binding, following in zip_longest(timeline, timeline[1:]):
        rest = binding.rest
        yield Interval(
            surface=surface,
            cohort=cohort,
            since=binding.at,
            until=following.at if following else None,
            packet=binding.packet,
            to_version=binding.to.model_version,
            to_digest=binding.to.digest,
            to_calibration=binding.to.calibration,
            rest_version=rest.model_version if rest else None,
            rest_digest=rest.digest if rest else None,
            percent=binding.percent,
            cause=binding.cause,
        )


def lags(state: State) -> dict[str, int]:
    """By surface the seconds after a move in which an old stamp is late and no fault."""
    return {
        surface: int(duration(settings["serving_lag"]).total_seconds())
        for surface, settings in state.in_force.view["surfaces"].items()
    }
