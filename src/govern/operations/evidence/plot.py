"""What `evidence plot` draws: at which border, which KPIs and cohorts; and the file that keeps the picture.

Read are records alone, those that the checks read. Nothing is recorded.
"""

from collections.abc import Collection, Sequence
from dataclasses import replace
from pathlib import Path
from typing import cast

from govern.domain.evidence.newest import sets_since
from govern.domain.evidence.windows import kpis_by_window, sources
from govern.domain.findings import nearest
from govern.domain.gates import Border, open_border
from govern.domain.policy import Actor
from govern.domain.rollout.promotion import coming_after
from govern.domain.state import Packet, Phase
from govern.errors import RefusedError, UsageError
from govern.operations.asking import packet_of
from govern.operations.evidence.plot_pairs import Divergence, divergence
from govern.operations.evidence.plot_pairs import measured as measured_pairs
from govern.operations.evidence.plot_windows import BandsOverWindows, over_windows
from govern.operations.evidence.plot_windows import measured as measured_windows
from govern.operations.files import replace_file, write_files
from govern.operations.workspace import Workspace

BORDERS = ("canary", "wide", "adopted")
SUFFIX = ".svg"
Plot = Divergence | BandsOverWindows


def plot(
    workspace: Workspace, packet_id: str, *, border: str | None, kpis: Sequence[str], cohorts: Sequence[str]
) -> Plot:
    """The numbers of a picture. RefusedError where nothing is recorded, UsageError for names that are not there."""
    packet = packet_of(workspace, packet_id)
    if border is not None and border not in BORDERS:
        raise UsageError(f"no border `{border}`: {', '.join(BORDERS)}", type_line="--border canary")
    to = cast(Phase, border or _newest(packet))
    opened = open_border(
        workspace.state, workspace.documents(), packet_id, Actor(""), workspace.now(), to=to, cohorts=()
    )
    pairs = to == "canary"
    _require_recorded(opened, pairs)
    there = {kpi["id"]: kpi for kpi in (opened.kpis("shadow_pairs") if pairs else kpis_by_window(opened))}
    known = measured_pairs(opened) if pairs else measured_windows(opened)
    _require("KPI on pairs" if pairs else "KPI on decisions", "--kpi", kpis, there)
    _require("cohort measured", "--cohort", cohorts, known)
    asked = replace(opened, cohorts=tuple(sorted(set(cohorts))) or tuple(known))
    wanted = [kpi for name, kpi in there.items() if not kpis or name in kpis]
    return divergence(asked, wanted) if pairs else over_windows(asked, wanted)


def _newest(packet: Packet) -> str:
    """The border that comes next; of a packet that has none, the one that was measured last."""
    if packet.open:
        return coming_after(packet)
    if packet.phase == "adopted":
        return "adopted"
    return next((str(record.body["border"]) for record in reversed(packet.evidence)), "canary")


def _require_recorded(border: Border, pairs: bool) -> None:
    packet = border.packet.id
    if sets_since(border) if pairs else sources(border):
        return
    if pairs:
        line = f"govern evidence shadow {packet} --pairs FILE"
        raise RefusedError(f"no pairs of {packet} are recorded: there is nothing to draw", type_line=line)
    told = f"no figures of {packet} on decisions are recorded: there is nothing to draw"
    waiting = bool(border.packet.on_next) or not sets_since(border)
    line = f"govern evidence collect {packet}" if waiting else "--border canary"
    raise RefusedError(told, type_line=line)


def _require(what: str, option: str, wanted: Sequence[str], there: Collection[str]) -> None:
    for name in wanted:
        if name not in there:
            close = nearest(name, sorted(there)) or next(iter(there), "")
            mended = ",".join(close if each == name else each for each in wanted)
            raise UsageError(
                f"no {what} `{name}`; there are: {', '.join(there)}", type_line=f"{option} {mended}"
            )


def require_place(path: Path, *, force: bool) -> None:
    """A picture is written where nothing else is, unless that is said. UsageError."""
    if path.suffix.lower() != SUFFIX:
        line = f"--out {path.with_suffix(SUFFIX) if path.name else 'plot.svg'}"
        raise UsageError(f"{path}: a plot is written as SVG, to a file that ends in {SUFFIX}", type_line=line)
    if not path.parent.is_dir():
        raise UsageError(f"{path}: there is no folder {path.parent}", type_line=f"--out {path.name}")
    if path.is_dir():
        raise UsageError(f"{path} is a folder", type_line=f"--out {path / 'plot.svg'}")
    if not force and (path.exists() or path.is_symlink()):
        raise UsageError(f"{path} is there already", type_line="--force")


def write_picture(path: Path, picture: str, *, force: bool) -> int:
    """How many bytes were written."""
    data = picture.encode()
    folder = path.parent.resolve()
    if force:
        replace_file(folder, path.name, data)
    else:
        write_files(folder, {path.name: data})
    return len(data)
