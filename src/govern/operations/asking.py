"""Questions that change nothing: a packet's next border with its verdicts, as `phase check` and `status` show it."""

from dataclasses import dataclass, replace

from govern.domain.checks.approvals import candidates
from govern.domain.decision import Refusal, Refused
from govern.domain.evidence.newest import newest_rows, pooled_row
from govern.domain.gates import Border, open_border, packet_in_force
from govern.domain.policy import Actor
from govern.domain.rollout.promotion import border_to, checks_at, judge, next_phase, refused
from govern.domain.rollout.returning import held_out
from govern.domain.state import Packet
from govern.domain.verdict import Verdict
from govern.domain.windows import instant
from govern.errors import GovernError, RefusedError
from govern.operations.rehearse import Rehearsed, rehearse
from govern.operations.unpublished import placed
from govern.operations.workspace import Workspace


@dataclass(frozen=True)
class Asked:
    """One border as it stands now. `answer` is the refusal where it is not passed."""

    border: Border
    verdicts: tuple[Verdict, ...]
    answer: Refused | None
    base: dict[str, dict]  # type: ignore[type-arg]  # cohort -> the row that counts its pairs
    pooled: dict | None  # type: ignore[type-arg]


def ask_border(
    workspace: Workspace, packet_id: str, only: tuple[str, ...] = (), to: str | None = None
) -> Asked:
    """Judge the next border of a packet. Raises RefusedError where there is none to ask about."""
    state, documents, now = workspace.state, workspace.documents(), workspace.now()
    actor = asker(workspace)
    try:
        packet = state.packet(packet_id)
        phase = next_phase(packet, to, None)
        checks_at(state, packet, phase)
        border = border_to(state, documents, packet, actor, now, phase, only)
        verdicts = judge(border)
    except Refusal as refusal:
        raise raised(placed(workspace, refusal.refused)) from None
    passed = all(verdict.passes for verdict in verdicts)
    answer = None if passed else placed(workspace, refused(border, verdicts))
    verdicts = answer.verdicts if answer else verdicts
    shadow = phase == "canary"
    base = {cohort: dict(row) for cohort, row in newest_rows(border, kpi=None).items()} if shadow else {}
    pooled = pooled_row(border, kpi=None) if shadow else None
    return Asked(border, verdicts, answer, base, dict(pooled) if pooled else None)


def raised(decision: Refused) -> RefusedError:
    """A refusal of the domain as an error that ends a reader."""
    error = RefusedError(decision.reasons[0], type_line=decision.type_line, notes=tuple(decision.reasons[1:]))
    error.exit = decision.exit
    return error


def packet_of(workspace: Workspace, packet_id: str) -> Packet:
    """A packet that the ledger knows, or that is merged and still a draft. RefusedError with the nearest one."""
    state = workspace.state
    if packet_id not in state.packets:
        try:
            packet_in_force(state, workspace.documents(), packet_id)
        except Refusal as refusal:
            raise raised(placed(workspace, refusal.refused)) from None
    return state.packet(packet_id)


def entitled(workspace: Workspace, packet_id: str, role: str) -> list[str]:
    """Who may decide about a packet in this role; authors never approve, who opened a change does not apply it.

    `role` is one of the packet's owners, or `withdraw`. Empty where the packet cannot be read.
    """
    packet = workspace.state.packet(packet_id)
    try:
        border = open_border(
            workspace.state, workspace.documents(), packet_id, Actor(""), workspace.now(), to="canary"
        )
    except (Refusal, GovernError):
        return []
    if role == "withdraw":
        return [*candidates(border), *border.value.get("authors", ())]
    if role != "rollout_approve":
        return list(border.value["owners"][role])
    opener = packet.change.actor if packet.change else None
    return [person for person in candidates(border) if person != opener]


def last_fetched(workspace: Workspace) -> int | None:
    """Seconds since this clone was last in touch with the remote; None without a remote or before the first."""
    when = workspace.repository.fetched_at if workspace.repository.remote else None
    if when is None:
        return None
    return max(0, int((instant(workspace.context.now) - instant(when)).total_seconds()))


def rehearse_packet(workspace: Workspace, packet_id: str) -> Rehearsed:
    """Walk the way back of a packet's covered cohorts on a throw-away clone."""
    try:
        packet = workspace.state.packet(packet_id)
        if packet.ended:
            raise Refusal(
                f"{packet_id} is {packet.phase.replace('_', ' ')}: it has ended", type_line="govern status"
            )
        border = open_border(
            workspace.state, workspace.documents(), packet_id, asker(workspace), workspace.now(), to="canary"
        )
        if border.prev is None or border.next is None:
            raise Refusal(f"not there: {', '.join(border.missing)}", type_line="govern validate")
        if not border.surface.default:
            surface = border.value["surface"]
            raise Refusal(f"the policy in force has no surface `{surface}`", type_line="govern policy diff")
        now = workspace.now()
        going = tuple(c for c in border.cohorts if held_out(workspace.state, packet, c, now) is None)

        return rehearse(workspace, replace(border, cohorts=going))
    except Refusal as refusal:
        raise raised(placed(workspace, refusal.refused)) from None


def asker(workspace: Workspace) -> Actor:
    """Readers need nobody: who is unknown asks as nobody."""
    identity = workspace.repository.identity()
    person = workspace.state.in_force.person_with(identity[1]) if identity else None
    return Actor(person or "")
