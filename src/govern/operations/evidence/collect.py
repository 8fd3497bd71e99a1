"""Collecting what the next border of a packet asks: each source read once, for every complete cycle not yet recorded.

The decision log gives the KPIs on decisions, a sample of stamps and, on the way to wide, a replay pack; the ledger's
own records give the rest. All of it becomes one command. What cannot be measured here is left out, and said.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from govern.domain.binding import current
from govern.domain.decision import Refusal
from govern.domain.document import digest_of, lines
from govern.domain.evidence import kpi_windows, response_times
from govern.domain.evidence.cycles import done_at
from govern.domain.evidence.newest import table
from govern.domain.evidence.stamping import sampled_until
from govern.domain.evidence.windows import REPLAYED, kpis_by_window, rows_by_key
from govern.domain.findings import nearest
from govern.domain.gates import Border, open_border
from govern.domain.policy import Actor
from govern.domain.queries import sql_file
from govern.domain.rollout.recording import RecordEvidence, border_in_field
from govern.domain.state import Packet
from govern.errors import DocumentError, ExitCode, GovernError, UsageError
from govern.evidence.decisions import Log
from govern.operations.asking import packet_of
from govern.operations.evidence.decision_log import SOURCE, log_named
from govern.operations.evidence.kpi_measuring import Body, body_of, measure_log
from govern.operations.evidence.kpi_series import measure_server
from govern.operations.evidence.replay_opening import Opened
from govern.operations.evidence.replaying import replayed
from govern.operations.evidence.sources import PROMETHEUS, declared, secret
from govern.operations.evidence.stamps import Sampled, sample_of
from govern.operations.workspace import Workspace

Tell = Callable[[str], None]
Kpi = Mapping[str, Any]
Wanted = dict[str, tuple[Kpi, kpi_windows.Windows]]  # by id: a KPI and the cycles that it is measured in


@dataclass
class Collected:
    """What was measured, source by source. `later` is when the next cycle will be complete."""

    border: Border
    later: str
    bodies: list[Body] = field(default_factory=list)
    stamps: Sampled | None = None
    replay: Opened | None = None
    left_out: list[str] = field(default_factory=list)

    @property
    def packet(self) -> Packet:
        return self.border.packet

    @property
    def rows(self) -> list[dict[str, Any]]:
        """Every figure of a KPI."""
        return [row for body in self.bodies for row in body.rows]

    def command(self) -> RecordEvidence:
        """All of it, a record for each source."""
        parts = [(body.measured, body.tables) for body in self.bodies]
        for command in (each.command() for each in (self.stamps, self.replay) if each is not None):
            parts.append((command.measured, command.tables))
        tables = {digest: data for _, tables in parts for digest, data in tables.items()}
        first, *more = [measured for measured, _ in parts]
        return RecordEvidence(self.packet.id, first, tables, tuple(more))


def silent(_: str) -> None:
    """Nobody wants to know how far it is."""


def collect(
    workspace: Workspace,
    packet_id: str,
    given: str | None = None,
    *,
    kpi: str | None = None,
    tell: Tell = silent,
) -> Collected:
    """Measure every KPI on what is not yet recorded, stamps and a replay pack; of a single `kpi` all cycles again.

    Raises a Refusal where it is too early, or nothing is new; UsageError or DocumentError where a source is not
    there or not sound.
    """
    border = _border(workspace, packet_id)
    kpis = _named(border, kpi) if kpi else kpis_by_window(border)
    if not kpis:
        raise Refusal(f"{packet_id} has no KPI that is measured by cycle", type_line="govern validate")
    windows = {each["id"]: kpi_windows.windows_of(border, each) for each in kpis}
    later = min(_next_cycle(border, each, windows[each["id"]]) for each in kpis)
    if not any(named for each in windows.values() for named in each.values()):
        raise _too_early(border, later)
    known = set() if kpi else _recorded(border)
    wanted = {each["id"]: (each, _fresh(windows[each["id"]], each["id"], known)) for each in kpis}
    wanted = {name: asked for name, asked in wanted.items() if any(asked[1].values())}
    taken = Collected(border, later)
    down: list[GovernError] = []
    for source in sorted({each["source"] for each, _ in wanted.values()} | (set() if kpi else {SOURCE})):
        mine = {name: asked for name, asked in wanted.items() if asked[0]["source"] == source}
        try:
            _take(workspace, taken, source, mine, given, tell, alone=kpi is not None)
        except (UsageError, DocumentError) as error:
            if given is not None and source == SOURCE:  # a person pointed at it
                raise
            down.append(error)
            taken.left_out.append(_left_out(taken, source, mine, error, alone=kpi is not None))
    if not (taken.bodies or taken.stamps or taken.replay):
        raise down[0] if len(down) == len(taken.left_out) == 1 else _nothing(taken)
    return taken


def _border(workspace: Workspace, packet_id: str) -> Border:
    packet = packet_of(workspace, packet_id)
    to, now = border_in_field(packet), workspace.now()
    return open_border(workspace.state, workspace.documents(), packet.id, Actor(""), now, to=to)


def _named(border: Border, name: str) -> list[Kpi]:
    there = {kpi["id"]: kpi for kpi in kpis_by_window(border)}
    if name not in there:
        close = nearest(name, there)
        raise UsageError(
            f"no KPI `{name}` of {border.packet.id} is measured by cycle"
            + (f"; nearest: {close}" if close else ""),
            notes=(f"there are: {', '.join(there)}",),
            type_line=f"govern evidence kpi {border.packet.id} {close or next(iter(there), 'KPI')}",
        )
    return [there[name]]


def _next_cycle(border: Border, kpi: Kpi, windows: kpi_windows.Windows) -> str:
    """When the first cycle more will be complete."""
    return min(done_at(border, cohort, len(each) + 1, kpi["warm_up"]) for cohort, each in windows.items())


def _recorded(border: Border) -> set[tuple[str, str | None, str]]:
    return {(key.kpi, key.cohort, key.window) for key in rows_by_key(border) if key.arm == "next"}


def _fresh(
    windows: kpi_windows.Windows, kpi: str, known: set[tuple[str, str | None, str]]
) -> kpi_windows.Windows:
    """The cycles in which somebody's figure lacks: those of all are measured again."""
    lacking = {w for cohort, each in windows.items() for w in each if (kpi, cohort, w) not in known}
    return {cohort: [w for w in each if w in lacking] for cohort, each in windows.items()}


def _take(
    workspace: Workspace,
    taken: Collected,
    source: str,
    wanted: Wanted,
    given: str | None,
    tell: Tell,
    *,
    alone: bool,
) -> None:
    """One source into what is taken."""
    if source == response_times.SOURCE:
        taken.bodies.append(_from_records(taken.border, wanted))
        return
    if source != SOURCE:
        place = declared(workspace, source, instead="govern validate")
        if place["type"] == PROMETHEUS:
            tell(f"asking {source}")
            url = secret(source, place["url_from_env"])
            body, lacking = measure_server(taken.border, source, url, wanted)
            taken.bodies += [body] if body is not None else []
            taken.left_out += lacking
            return
    tell(f"reading {source}")
    with log_named(workspace, source, given) as log:
        _measure(workspace, taken, source, log, wanted, tell)
        if source == SOURCE and not alone:
            tell("comparing stamps")
            _sample(workspace, taken, log)
    if source == SOURCE and not alone and taken.border.to == "wide":
        _replay(workspace, taken, given, tell)


def _measure(
    workspace: Workspace, taken: Collected, source: str, log: Log, wanted: Wanted, tell: Tell
) -> None:
    """The KPIs of a log. A query of the team's own is not sent to a database: it could read all that is there."""
    own = [name for name, (kpi, _) in wanted.items() if sql_file(kpi) is not None and not log.files]
    if own:
        taken.left_out.append(f"{', '.join(own)}: a query of your own reads files, and {log.name} is none")
    if mine := {name: asked for name, asked in wanted.items() if name not in own}:
        tell(f"measuring {len(mine)} KPIs on {log.rows:,} decisions")
        taken.bodies.append(measure_log(workspace, taken.border, source, log, mine))


def _left_out(taken: Collected, source: str, wanted: Wanted, error: GovernError, *, alone: bool) -> str:
    """What a source would have given and did not, and why."""
    measured = {row["kpi"] for row in taken.rows}
    names = [name for name in wanted if name not in measured]
    if source == SOURCE and not alone:
        names += ["stamps"] if taken.stamps is None else []
        names += ["replay pack"] if taken.border.to == "wide" else []
    return "; ".join((f"{', '.join(names)}: {error.message}", *error.notes))


def _sample(workspace: Workspace, taken: Collected, log: Log) -> None:
    try:
        taken.stamps = sample_of(workspace, taken.packet, log)
    except UsageError as error:
        known = sampled_until(workspace.documents(), taken.packet)
        lacking = set(taken.packet.on_next) - set(known)
        if lacking and (taken.bodies or not known):  # else nothing was decided since
            taken.left_out.append(f"stamps: {error.message}")


def _replay(workspace: Workspace, taken: Collected, given: str | None, tell: Tell) -> None:
    """A pack, unless what is recorded shows everybody it could; without a new cycle it has to show somebody more."""
    shown = _replayed(taken.border)
    if shown >= set(taken.packet.on_next):
        return
    tell("building a replay pack")
    try:
        pack = replayed(workspace, taken.packet.id, given)
    except UsageError as error:
        if taken.bodies or not shown:
            taken.left_out.append(f"replay pack: {error.message}")
        return
    if taken.bodies or pack.broken or not {row["cohort"] for row in pack.rows} <= shown:
        taken.replay = pack


def _replayed(border: Border) -> set[str]:
    """The cohorts whose newest replay, since counting began and since their last move, has no broken decision."""
    shown: set[str] = set()
    for record in border.packet.evidence:
        body = record.body
        ours = record.n > border.packet.counting_from and body["border"] == border.to
        if not ours or body["source"]["name"] != REPLAYED:
            continue
        for row in table(border, body["table"]["sha256"]):
            if record.at >= current(border.surface, row["cohort"]).at:
                (shown.discard if row["counts"]["broken"] else shown.add)(row["cohort"])
    return shown


def _from_records(border: Border, wanted: Wanted) -> Body:
    """Times to acknowledge; the input is what the ledger knows of triggers and answers."""
    packet = border.packet
    rows = [
        row
        for kpi, windows in wanted.values()
        for row in response_times.rows(packet, kpi, windows, border.now)
    ]
    known = [{"record": record.name} for record in (*packet.fired, *packet.acknowledged.values())]
    read = {"path": "govern-ledger", "sha256": digest_of(lines(known)), "rows": len(known)}
    query: Sequence[str] = [response_times.MEASURE]
    return body_of(border, response_times.SOURCE, query, {"at": border.now}, read, {}, rows)


def _too_early(border: Border, later: str) -> Exception:
    said = f"too early: the first review cycle of {border.packet.id} that counts is complete at {later}"
    return Refusal(said, type_line=f"govern phase show {border.packet.id}")


def _nothing(taken: Collected) -> Exception:
    packet, to = taken.packet.id, taken.border.to
    if taken.left_out:
        return UsageError(
            "nothing was measured", notes=tuple(taken.left_out), type_line=f"govern phase check {packet}"
        )
    said = f"nothing new: every complete cycle is recorded; the next is complete at {taken.later}"
    line = f"govern phase advance {packet} --to {to}"
    return Refusal(said, type_line=line, exit=ExitCode.YES)
