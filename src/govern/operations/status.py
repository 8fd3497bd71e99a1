"""What a release owner must know on Monday at nine: who is on what, what is blocked by what, what is due."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from govern.domain.baseline import Target
from govern.domain.checks.approvals import may_approve
from govern.domain.decision import Refusal
from govern.domain.document import FOLDERS
from govern.domain.policy import policy_of, view_of
from govern.domain.proofs import standing
from govern.domain.rollback.served import outgrown
from govern.domain.state import EVERYONE, Packet, Surface
from govern.domain.verdict import Verdict
from govern.domain.windows import after, before, duration, instant, spoken, written
from govern.errors import GovernError
from govern.operations.asking import ask_border, asker, last_fetched
from govern.operations.lanes.open_lanes import LaneRow, lane_rows
from govern.operations.open_firings import FiredRow, fired_rows
from govern.operations.owed import owed
from govern.operations.workspace import Workspace

FRESH = "P1D"  # so long after a rollback it is asked whether prev is served
SOON = "P3D"  # a verification that ends within this is somebody's task today
FROM_PAIRS = ("shadow_pairs", "shadow_bands", "explained")
WAITS = {  # checks in the words of a list of tasks
    "shadow_pairs": "has no shadow pairs",
    "explained": "has losses to explain",
    "approvals": "wants an approval",
    "kpi_bands": "has cycles to collect",
    "replay_pack": "has no replay yet",
}


@dataclass(frozen=True)
class Task:
    """Something for a person, with the line to type."""

    what: str
    line: str
    overdue: bool = False
    due: str | None = None  # they stand in this order, those without an instant last


@dataclass(frozen=True)
class SurfaceRow:
    surface: str
    packet: str
    phase: str
    on_next: str
    prev: str


@dataclass
class Status:
    """One screen. `due` and `yours` are by date; `notes` say what is wrong beyond any packet."""

    person: str | None = None
    fired: list[FiredRow] = field(default_factory=list)  # and is not answered
    yours: list[Task] = field(default_factory=list)
    surfaces: list[SurfaceRow] = field(default_factory=list)
    blocked: list[tuple[str, str, list[str]]] = field(default_factory=list)  # packet, border, why
    lanes: list[LaneRow] = field(default_factory=list)
    due: list[tuple[str, str]] = field(default_factory=list)  # instant, what
    waivers: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    overdue: list[str] = field(default_factory=list)  # of anybody
    fetched: int | None = None  # seconds since the remote was last asked


def as_it_was(workspace: Workspace, at: str, own: str) -> Workspace:
    """A workspace of the past, read with the clock of then: the instant that was named, else its last record."""
    try:
        then = written(instant(at)) if len(at) > 10 else f"{at}T23:59:59Z"
        instant(then)
    except ValueError:
        then = workspace.state.at
    then = min(then, own)
    simulated = then if workspace.simulated else None
    return replace(workspace, context=replace(workspace.context, now=then, simulated=simulated))


def published(workspace: Workspace) -> str:
    """Whether the tip that is read is the remote's too: `published`, `NOT PUBLISHED`, or `local` without one."""
    repository, tip = workspace.repository, workspace.tip
    if repository.remote is None:
        return "local"
    there = repository.tip(workspace.ledger_branch)
    known = tip == there or (tip and there and repository.is_ancestor(tip, there))
    return "published" if known else "NOT PUBLISHED"


def status_of(workspace: Workspace) -> Status:
    """Everything on the one screen. Nothing is fetched here."""
    person = asker(workspace).person or None
    status = Status(person, fetched=last_fetched(workspace))
    now = workspace.now()
    packets = _packets(workspace)
    status.fired += fired_rows(workspace)
    status.overdue += [f"{row.trigger} of {row.packet}" for row in status.fired]
    _surfaces(workspace, packets, status)
    for packet in packets:
        if not packet.ended and packet.phase != "adopted":
            _border(workspace, packet, status)
    status.lanes += lane_rows(workspace, now)
    _owed(workspace, now, status)
    _verifications(workspace, now, status)
    _debts(packets, now, status)
    _unverified(packets, now, status)
    status.notes += _notes(workspace)
    status.due.sort()
    status.yours.sort(key=lambda task: (task.due is None, task.due or ""))
    return status


def _packets(workspace: Workspace) -> list[Packet]:
    """Packets that the ledger knows, and drafts that are only merged."""
    folder = f"{workspace.state.folder}/{FOLDERS['packet']}/"
    drafts = {
        path.removeprefix(folder).removesuffix(".yaml")
        for path in workspace.tree.paths()
        if path.startswith(folder) and path.endswith(".yaml")
    }
    return [workspace.state.packet(name) for name in sorted(drafts | set(workspace.state.packets))]


def _surfaces(workspace: Workspace, packets: list[Packet], status: Status) -> None:
    for name, surface in sorted(workspace.state.surfaces.items()):
        here = [p for p in packets if p.surface == name and (p.open or p.on_next)]
        rest = surface.default[-1].to.baseline
        for packet in here:
            next_ = packet.next.baseline if packet.next else rest
            on_next = f"{_shares(surface, packet.on_next)}: {next_}" if packet.on_next else "-"
            prev = packet.prev.baseline if packet.prev and packet.phase != "adopted" else rest
            back = [cohort for cohort in packet.covered if cohort not in packet.on_next]
            all_back = len(back) > 1 and not packet.on_next
            who = f"all {len(back)}" if all_back else " ".join(back) or "the rest"
            where = f"{who}: {prev}"
            status.surfaces.append(SurfaceRow(name, packet.id, packet.phase, on_next, where))
        if not here:
            status.surfaces.append(SurfaceRow(name, "-", "-", "-", f"all: {rest}"))
        if surface.frozen:
            frozen = "everybody" if EVERYONE in surface.frozen else " ".join(sorted(surface.frozen))
            status.notes.append(f"{name} is frozen for {frozen}")


def _shares(surface: Surface, cohorts: Sequence[str]) -> str:
    """`pc-na pc-eu 5 %, xr-na`: who has next, with the share where it is not all."""
    shares: dict[float, list[str]] = {}
    for cohort in cohorts:
        shares.setdefault(surface.cohorts[cohort][-1].percent, []).append(cohort)
    return ", ".join(
        " ".join(who) + (f" {percent:g} %" if percent != 100 else "") for percent, who in shares.items()
    )


def _border(workspace: Workspace, packet: Packet, status: Status) -> None:
    try:
        asked = ask_border(workspace, packet.id)
    except Refusal as refusal:
        status.blocked.append((packet.id, "", list(refusal.refused.reasons)))
        return
    except GovernError as error:
        status.blocked.append((packet.id, "", [error.message]))
        return
    open_checks = [verdict for verdict in asked.verdicts if not verdict.passes]
    may = status.person is not None and may_approve(asked.border, status.person)
    line = f"govern phase advance {packet.id} --to {asked.border.to}"
    if open_checks:
        status.blocked.append((packet.id, asked.border.to, _why(open_checks)))
        first = next((verdict for verdict in open_checks if verdict.todo), None)
        if first is not None and first.todo and status.person in _people_of(asked.border.value, first.turn):
            what = WAITS.get(first.check, f"waits for {first.check}")
            status.yours.append(Task(f"{packet.id} {what}", first.todo))
    if not open_checks and status.person is not None:
        status.yours.append(Task(f"{packet.id} may go to {asked.border.to}", line))
    change = packet.change
    if change is not None and change.actor != status.person and may:
        status.yours.append(
            Task(f"{packet.id} has an open change", f"govern packet change {packet.id} --apply")
        )


def _why(verdicts: Sequence[Verdict]) -> list[str]:
    """One reason a check; where there are no pairs, what follows from that is not said again."""
    pairs = next((v for v in verdicts if v.check == "shadow_pairs" and v.todo), None)
    said = {v.check: f"{v.check}: {v.text}" for v in verdicts}
    if pairs is not None:
        return ["no shadow pairs", *(text for check, text in said.items() if check not in FROM_PAIRS)]
    return [v.text if v.check in FROM_PAIRS else said[v.check] for v in verdicts]


def _people_of(value: Mapping[str, Any], turn: str | None) -> set[str]:
    """Whose next step it is: the person who is named, else everybody whom the packet names."""
    owners = {person for people in value["owners"].values() for person in people}
    return {turn} if turn else owners | set(value.get("authors", ()))


def _owed(workspace: Workspace, now: str, status: Status) -> None:
    for each in owed(workspace.state, now, workspace.documents()):
        overdue = each.due is not None and each.due <= now
        status.overdue += [f"{each.what} of {each.of}"] if overdue else []
        if each.due is not None:
            what = f"{each.what}, {each.of} ({each.owner})" + (f": {each.about}" if each.about else "")
            status.due.append((each.due, what + (" OVERDUE" if overdue else "")))
        if each.owner == status.person:
            status.yours.append(Task(f"{each.what} of {each.of}", each.line, overdue, each.due))


def _verifications(workspace: Workspace, now: str, status: Status) -> None:
    """Baselines in force: how long their verification holds, and whether anybody ever showed the way back."""
    policy = workspace.state.in_force
    within = policy.numbers["baseline_verified_within"]
    for baseline, until, day in verifications(workspace, now):
        overdue = until <= now
        status.overdue += [baseline] if overdue else []
        again = f"{baseline} is to be verified again"
        status.due.append((until, again + (" OVERDUE" if overdue else "")))
        if before(until, SOON) <= now and status.person in policy.holders("monitoring_review"):
            held = (instant(now) - instant(day)).days if day else 0
            what = f"{baseline} verified {held} of {within[1:-1]} days"
            status.yours.append(Task(what, f"govern baseline verify {baseline}", overdue, until))
    unproven = [t.baseline for t in _in_force(workspace) if standing(workspace.state, t) == "observed"]
    if unproven:
        status.notes.append(f"the way back is unproven: {', '.join(sorted(set(unproven)))} was only declared")


def verifications(workspace: Workspace, now: str) -> Iterator[tuple[str, str, str | None]]:
    """Every baseline in force, until when its verification holds, and the day it is of, where there is one."""
    state = workspace.state
    for target in _in_force(workspace):
        days = [
            record.body["day"]
            for record in state.verified.get(target.baseline, [])
            if record.body["digest"] == target.digest
        ]
        until = after(days[-1], state.in_force.numbers["baseline_verified_within"]) if days else now
        yield target.baseline, until, days[-1] if days else None


def _in_force(workspace: Workspace) -> Iterator[Target]:
    """Baselines to which somebody could be taken back now: defaults, and prevs of open packets."""
    seen = set()
    defaults = [surface.default[-1].to for surface in workspace.state.surfaces.values() if surface.default]
    prevs = [packet.prev for packet in workspace.state.packets.values() if packet.open and packet.prev]
    for target in (*defaults, *prevs):
        if target.digest not in seen:
            seen.add(target.digest)
            yield target


def _unverified(packets: list[Packet], now: str, status: Status) -> None:
    """Whether prev is served again is asked of whoever went back, before all that may wait a day."""
    for packet in packets:
        for record in packet.rollbacks[-1:]:
            fresh = after(record.at, FRESH) > now and record.name not in packet.served
            if fresh and record.actor == status.person:
                line = f"govern rollback verify {packet.id} --wait 120"
                status.yours.append(Task(f"{packet.id} went back: is prev served?", line, due=record.at))


def _debts(packets: list[Packet], now: str, status: Status) -> None:
    for packet in packets:
        if packet.ended:
            continue
        for record in packet.waivers:
            if record.body["expires"] > now:
                until = record.body["expires"][:10]
                status.waivers.append(
                    f"{packet.id} {record.body['check']} until {until} ({record.body['owner']})"
                )
        for record in packet.risks:
            if record.body["expires"] > now:
                status.waivers.append(
                    f"{packet.id} no shadow pairs until {record.body['expires'][:10]} ({record.actor})"
                )


def _notes(workspace: Workspace) -> Iterator[str]:
    state = workspace.state
    if (broken := workspace.broken) is not None:
        yield f"the ledger is broken: {broken.message}: govern audit"
    if state.void:
        yield f"{len(state.void)} void command{'s' if len(state.void) > 1 else ''} in the ledger: govern audit"
    for packet, record in outgrown(state):
        took = spoken(duration(f"PT{record.body['seconds']['to_served']}S"))
        yield f"going back on {packet.surface} took {took} ({record.name}): write a new time_to_rollback"
    if not any(state.in_force.numbers["approvals"][b] for b in ("shadow", "canary", "wide", "adopted")):
        yield "nobody reviews: policy asks no approval at any border"
    try:
        workspace_document = workspace.documents().get("workspace", "main")
    except Refusal as refusal:
        yield f"govern.yaml on {state.branch} cannot be read: {refusal.refused.reasons[0]}"
        return
    if workspace_document is not None:
        proposed = policy_of(view_of(workspace_document.value))
        if proposed.view != state.in_force.view:
            yield "govern.yaml differs from the policy in force and has no force: govern policy diff"
