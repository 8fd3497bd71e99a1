"""Replaying a trigger over history: what its threshold would have done, which other one to take, and how that one does.

A threshold that is suggested is fitted on the windows before the split and judged on the rest, where a split is asked
for. Nothing is recorded.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from govern.domain.triggers.backtesting import Judged, Track, judge, share_at
from govern.domain.triggers.threshold_sweep import Sweep, sweep
from govern.domain.windows import instant, written
from govern.errors import UsageError
from govern.evidence.series import Labels, read_incidents
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


class NothingToSplitError(UsageError):
    """Every window was known at the same moment."""


def labels(path: Path, series: Path | None) -> Labels:
    return read_incidents(path, series.name.partition(".")[0] if series else "")


def backtest(
    history: History,
    known: Labels | None,
    *,
    given: bool,
    budget: float,
    fit_until: str | None = None,
    tell: Callable[[str], None] = lambda _: None,
) -> Backtest:
    """`given`: the history's rule has a threshold to judge. UsageError where a split leaves nothing on one side."""
    if known is None:
        return Backtest(history)
    incidents = known.incidents
    tracks = [
        replace(track, incidents=tuple(one for one in incidents if one.cohort in (None, track.name)))
        for track in history.tracks
    ]
    labelled = replace(history, tracks=tuple(tracks))
    split = None if fit_until is None else _split(tracks, fit_until)
    fit, rest = [track.part(None, split) for track in tracks], [track.part(split, None) for track in tracks]
    asked_for = history.rule.threshold if given else None
    swept = sweep(history.rule, fit, budget, tell, given=asked_for)
    suggested = judge(swept.suggested.rule, rest) if swept.suggested else None
    judged = judge(history.rule, rest) if given else None
    return Backtest(labelled, split, judged, swept, suggested, tuple(_odd(tracks, known)))


def _split(tracks: Sequence[Track], text: str) -> datetime:
    """The instant that is meant, or the one before which a share of the windows was known."""
    moments = [moment for track in tracks for moment in track.moments]
    if len(set(moments)) < 2:
        one = "only one window" if len(moments) == 1 else f"{len(moments)} windows, all at one time"
        raise NothingToSplitError(f"--fit-until: there is {one}, and nothing is left to judge on")
    try:
        share = None if "-" in text else _share(text)
        moment = instant(text) if share is None else share_at(tracks, share)
    except ValueError:
        raise UsageError(
            f"--fit-until takes an instant, or a share of the windows between 0 and 1, not `{text}`",
            type_line=SPLIT,
        ) from None
    if moment is None or not min(moments) < moment <= max(moments):
        said = f"{len(moments):,} windows, {written(min(moments))} to {written(max(moments))}"
        raise UsageError(f"--fit-until {text} leaves nothing on one side: there are {said}", type_line=SPLIT)
    return moment


def _share(text: str) -> float:
    share = float(text.removesuffix("%")) / 100 if text.endswith("%") else float(text)
    if not 0 < share < 1:
        raise ValueError(text)
    return share


def _odd(tracks: Sequence[Track], known: Labels) -> list[str]:
    """Labels that can judge nothing: of another series, of nobody who is counted, or at another time."""
    incidents = known.incidents
    if not incidents:
        return [*_strangers(known), "no incident is labelled here: every alarm counts as false"]
    said = _strangers(known)
    others = sorted({one.cohort for one in incidents if one.cohort} - {track.name for track in tracks})
    if others:
        said.append(f"incidents of cohorts that are not counted: {', '.join(others)}")
    begin = min(track.moments[0] for track in tracks)
    end = max(track.moments[-1] for track in tracks)
    outside = sum(one.end < begin or one.begin > end for one in incidents)
    if outside:
        said.append(f"{outside:,} of {len(incidents):,} incidents lie outside of the series")
    earlier = sum(one.begin < begin <= one.end for one in incidents)
    if earlier:
        what = "1 incident was" if earlier == 1 else f"{earlier:,} incidents were"
        said.append(f"{what} under way before the first window: no catch, and no alarm in it is false")
    return said


def _strangers(known: Labels) -> list[str]:
    if not known.others or known.incidents:
        return []
    left_out = f"{known.others:,} incident{'' if known.others == 1 else 's'} left out"
    named = f"names no {known.about}" if known.about else "names a series, and this past has no name"
    return [f"{known.name}: {left_out}, their column `series` {named}"]
