"""Replaying a trigger over history: what its threshold would have done, which other one to take, and how that one does.

A threshold that is suggested is fitted on the windows before the split and judged on the rest, where a split is asked
for. Nothing is recorded.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from govern.domain.triggers.backtesting import Incident, Judged, Track, judge, share_at
from govern.domain.triggers.threshold_sweep import Sweep, sweep
from govern.domain.windows import instant, written
from govern.errors import UsageError
from govern.evidence.series import read_incidents
from govern.operations.triggers.history import History

SPLIT = "--fit-until 0.5"


@dataclass(frozen=True)
class Backtest:
    """`given` and `suggested` are judged on the windows from `split` on, or on all of them. Without labels only what
    fired is known.
    """

    history: History
    split: datetime | None = None
    given: Judged | None = None
    swept: Sweep | None = None
    suggested: Judged | None = None
    noted: tuple[str, ...] = ()


def labels(path: Path, series: Path | None) -> list[Incident]:
    return read_incidents(path, series.name.partition(".")[0] if series else "")


def backtest(
    history: History,
    incidents: Sequence[Incident] | None,
    *,
    given: bool,
    budget: float,
    fit_until: str | None = None,
    tell: Callable[[str], None] = lambda _: None,
) -> Backtest:
    """`given`: the history's rule has a threshold to judge. UsageError where a split leaves nothing on one side."""
    if incidents is None:
        return Backtest(history)
    tracks = [
        replace(track, incidents=tuple(one for one in incidents if one.cohort in (None, track.name)))
        for track in history.tracks
    ]
    labelled = replace(history, tracks=tuple(tracks))
    split = None if fit_until is None else _split(tracks, fit_until)
    fit, rest = [track.part(None, split) for track in tracks], [track.part(split, None) for track in tracks]
    swept = sweep(history.rule, fit, budget, tell)
    suggested = judge(swept.suggested.rule, rest) if swept.suggested else None
    judged = judge(history.rule, rest) if given else None
    return Backtest(labelled, split, judged, swept, suggested, tuple(_outside(tracks, incidents)))


def _split(tracks: Sequence[Track], text: str) -> datetime:
    """The instant that is meant, or the one before which a share of the windows was known."""
    try:
        moment = instant(text) if "-" in text else share_at(tracks, _share(text))
    except ValueError:
        raise UsageError(
            f"--fit-until takes an instant, or a share of the windows between 0 and 1, not `{text}`",
            type_line=SPLIT,
        ) from None
    moments = [moment for track in tracks for moment in track.moments]
    if not min(moments) < moment <= max(moments):
        said = f"{written(min(moments))} to {written(max(moments))}"
        raise UsageError(f"--fit-until {text} leaves nothing on one side: there are {said}", type_line=SPLIT)
    return moment


def _share(text: str) -> float:
    share = float(text.removesuffix("%")) / 100 if text.endswith("%") else float(text)
    if not 0 < share < 1:
        raise ValueError(text)
    return share


def _outside(tracks: Sequence[Track], incidents: Sequence[Incident]) -> list[str]:
    """Labels that can judge nothing: of nobody who is counted, or at another time."""
    said = []
    others = sorted({one.cohort for one in incidents if one.cohort} - {track.name for track in tracks})
    if others:
        said.append(f"incidents of cohorts that are not counted: {', '.join(others)}")
    begin = min(track.moments[0] for track in tracks)
    end = max(track.moments[-1] for track in tracks)
    outside = sum(one.end < begin or one.begin > end for one in incidents)
    if outside:
        said.append(f"{outside:,} of {len(incidents):,} incidents lie outside of the series")
    return said
