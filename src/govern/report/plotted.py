"""A plot as an answer: the picture that fits it, one line of words, and its numbers for programs."""

import shlex
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, cast

from govern.report.answer import Answer
from govern.report.plot_pairs import divergence_svg
from govern.report.plot_windows import windows_svg
from govern.report.wrap import wrapped

if TYPE_CHECKING:
    from govern.operations.evidence.plot_pairs import Divergence
    from govern.operations.evidence.plot_windows import BandsOverWindows


def picture(found: "Divergence | BandsOverWindows") -> str:
    if found.border == "canary":
        return divergence_svg(cast("Divergence", found))
    return windows_svg(cast("BandsOverWindows", found))


def plot_answer(found: "Divergence | BandsOverWindows", out: Path | None, size: int | None) -> Answer:
    """`out` and `size` are of the picture, where one was written."""
    data = {**asdict(found), "out": str(out) if out is not None else None, "bytes": size}
    lines = wrapped(_said(found), f"{found.packet}   ", "  ")
    lines += wrapped(f"{size:,} bytes", f"wrote {out}, ", "  ") if out is not None else []
    advice = ("next", shlex.join(["govern", "phase", "check", found.packet]))
    return Answer("evidence plot", tuple(lines), advice=advice, data=data)


def _said(found: "Divergence | BandsOverWindows") -> str:
    kpis = _count(len(found.panels), "KPI")
    if found.border == "canary":
        pairs = cast("Divergence", found)
        shown = max((len(panel.cohorts) for panel in pairs.panels), default=0)
        return f"divergence of {_count(shown, 'cohort')} on {kpis}"
    windows = cast("BandsOverWindows", found)
    cycles = {point.window for panel in windows.panels for each in panel.series for point in each.points}
    return f"{kpis} over {_count(len(cycles), 'cycle')}"


def _count(number: int, word: str) -> str:
    return f"{number:,} {word}{'' if number == 1 else 's'}"
