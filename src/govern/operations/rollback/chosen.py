"""What a person under stress meant: packets, cohorts, trigger and reason, from the few words typed.

All of it comes from the ledger; the dictionary of cohorts only widens a match by attributes, where it can be
read. What is misspelt is answered with the nearest name in the whole line; nothing is guessed, nothing recorded.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from govern.domain.binding import current
from govern.domain.decision import Refusal
from govern.domain.findings import nearest
from govern.domain.gates import cohort_dictionary
from govern.domain.rollback.execution import Rollback
from govern.domain.rollback.scope import targets
from govern.domain.selection import attributes_of, matches
from govern.domain.state import Packet, State
from govern.errors import ExitCode, GovernError, UsageError
from govern.operations.reading import MissingInputError
from govern.operations.rollback.wanted import NoReasonError, Wanted, line
from govern.operations.workspace import Workspace

MANY = 20  # cohorts that a sentence names


def chosen(workspace: Workspace, wanted: Wanted) -> Rollback:
    """The one command that was meant; several packets where a surface, a version or cohorts say whom.

    Raises UsageError with the whole corrected line where something is misspelt; Refusal where another packet is
    meant, or where nobody is on next (exit code 0).
    """
    state = workspace.state
    wanted = _of_the_trigger(state, wanted)
    _require_known(state, wanted)
    packets = [packet for packet in _asked_for(state, wanted) if packet.on_next]
    cohorts = wanted.cohorts
    if wanted.where:
        cohorts = _by_attributes(workspace, wanted)
    stale = not workspace.fetched.ok
    packet = _named(state, packets, cohorts, wanted) if wanted.packet else None
    if packet is not None and (stale or _serving(state, [packet], cohorts, wanted)):
        found = [packet]
    else:
        found = _found(workspace, [packet] if packet else packets, cohorts, wanted)
    parts = [_part(state, each, cohorts, wanted, alone=len(found) == 1) for each in found]
    reason = wanted.reason or ("trigger" if any("trigger" in part for part in parts) else None)
    if reason is None:
        codes = ", ".join(state.in_force.view["entry_reasons"])
        said = f"no trigger fired: say why, --reason CODE ({codes})"
        raise NoReasonError(said, type_line=line(wanted, reason="operator-judgement"))
    words = (wanted.note, wanted.since, wanted.to, wanted.break_glass)
    lead, *also = parts
    who = (lead["packet"], reason, tuple(lead["cohorts"]), lead.get("trigger"))
    return Rollback(*who, *words, stale=stale, also=tuple(also))


def _of_the_trigger(state: State, wanted: Wanted) -> Wanted:
    """A trigger is named by its packet's record: that is the packet."""
    packet = (wanted.trigger or "").partition("#")[0].removeprefix("packets/")
    return replace(wanted, packet=packet) if wanted.packet is None and packet in state.packets else wanted


def _part(
    state: State, packet: Packet, cohorts: Sequence[str], wanted: Wanted, *, alone: bool
) -> dict[str, Any]:
    """What of it concerns one packet, as the command says it."""
    held = _held(state, packet, wanted)
    if not cohorts:
        own = list(held)
    elif wanted.packet and not wanted.where:
        own = list(cohorts)  # one that it does not cover is a slip
    else:
        own = [c for c in cohorts if c in (packet.stages if alone and not wanted.where else held)]
        own = own or list(cohorts)
    trigger = wanted.trigger or _open_trigger(packet, own, wanted)
    return {"packet": packet.id, "cohorts": own} | ({"trigger": trigger} if trigger else {})


def _require_known(state: State, wanted: Wanted) -> None:
    """Every name that was typed is a name that the ledger knows."""
    for cohort in wanted.cohorts:
        every = {key for packet in state.packets.values() for key in packet.stages}
        every |= {key for surface in state.surfaces.values() for key in surface.cohorts}
        _known("cohort", cohort, every, wanted, "cohorts")
    if wanted.surface:
        _known("surface", wanted.surface, state.surfaces, wanted, "surface")
    if wanted.model_version:
        versions = {packet.next.model_version for packet in state.packets.values() if packet.next}
        _known("model version", wanted.model_version, versions, wanted, "model_version")
    if wanted.reason:
        reasons = state.in_force.view["entry_reasons"]
        _known("reason", wanted.reason, reasons, wanted, "reason", others=True)


def _known(
    kind: str, name: str, known: Iterable[str], wanted: Wanted, field: str, *, others: bool = False
) -> None:
    if name in (names := sorted(known)):
        return
    close = nearest(name, names)
    there = f"; there are: {', '.join(names)}" if others else f"; nearest: {close}" if close else ""
    raise UsageError(f"no {kind} `{name}`{there}", type_line=_mended(wanted, field, name, close))


def _mended(wanted: Wanted, field: str, wrong: str, close: str | None) -> str:
    """The line with that name mended; where nothing is near, where the names are."""
    if close is None:
        return "govern status"
    given = getattr(wanted, field)
    fixed: Any = close
    if isinstance(given, tuple):
        fixed = tuple(close if each == wrong else each for each in given)
    return line(replace(wanted, **{field: fixed}))


def _asked_for(state: State, wanted: Wanted) -> list[Packet]:
    """Packets that were in the field, on the surface and of the version that were named."""
    return [
        packet
        for packet in state.packets.values()
        if packet.next
        and wanted.surface in (None, packet.surface)
        and wanted.model_version in (None, packet.next.model_version)
    ]


def _named(state: State, packets: Sequence[Packet], cohorts: Sequence[str], wanted: Wanted) -> Packet | None:
    """The packet that was named; raises with the one that is meant where another one binds these cohorts."""
    packet = state.packets.get(wanted.packet or "")
    serving = _serving(state, packets, cohorts, wanted)
    other = serving[0].id if len(serving) == 1 else None
    by = f"; {_these(cohorts) if cohorts else 'somebody is'} on next by {other}" if other else ""
    if packet is None:
        close = other or nearest(wanted.packet or "", state.packets)
        fixed = line(replace(wanted, packet=close)) if close else "govern status"
        raise UsageError(f"no packet `{wanted.packet}`{by}", type_line=fixed)
    if packet in serving or not (cohorts and other):
        return packet
    said = [f"{packet.id} is {_standing(packet)}{by}"]
    further = packet.prev.baseline if packet.prev and packet.phase == "adopted" else ""
    if further in targets(state, state.packets[other]):
        said.append(f"two steps back instead: the same with --to {further}")
    raise Refusal(*said, type_line=line(replace(wanted, packet=other)))


def _held(state: State, packet: Packet, wanted: Wanted) -> tuple[str, ...]:
    """Who is on next by a packet. Who came back to it from a later one is back: it is taken further by name only."""
    surface = state.surfaces.get(packet.surface)
    if surface is None or wanted.packet == packet.id:
        return packet.on_next
    return tuple(c for c in packet.on_next if current(surface, c).cause != "rollback")


def _serving(state: State, packets: Sequence[Packet], cohorts: Sequence[str], wanted: Wanted) -> list[Packet]:
    """Packets that bind next to somebody of them."""
    held = {packet.id: set(_held(state, packet, wanted)) for packet in packets}
    return [p for p in packets if held[p.id] and (not cohorts or set(cohorts) & held[p.id])]


def _standing(packet: Packet) -> str:
    """Where a packet stands, with the day, for somebody who took it for another."""
    day = f" since {packet.history[-1].at[5:10]}" if packet.history else ""
    return f"{packet.phase.replace('_', ' ')}{day}"


def _found(
    workspace: Workspace, packets: Sequence[Packet], cohorts: Sequence[str], wanted: Wanted
) -> list[Packet]:
    """Every packet that binds next to somebody of them; one line each where nothing says which."""
    serving = _serving(workspace.state, packets, cohorts, wanted)
    if not serving:
        return [_nobody(workspace, cohorts, wanted)]
    if len(serving) == 1 or cohorts or wanted.surface or wanted.model_version:
        return sorted(serving, key=lambda packet: packet.id)
    first, *more = [line(replace(wanted, packet=packet.id)) for packet in serving]
    names = ", ".join(packet.id for packet in serving)
    raise UsageError(f"several packets bind next: {names}; one line each", notes=tuple(more), type_line=first)


def _nobody(workspace: Workspace, cohorts: Sequence[str], wanted: Wanted) -> Packet:
    """Nobody of them is on next, as far as is known here; what cannot be known is recorded all the same."""
    state = workspace.state
    if workspace.fetched.ok:
        named = state.packets.get(wanted.packet or "")
        raise Refusal(back(state, cohorts or (named.covered if named else ())), exit=ExitCode.YES)
    covering = [p for p in state.packets.values() if p.next and cohorts and set(cohorts) <= set(p.stages)]
    if covering:
        return max(covering, key=lambda packet: packet.history[-1].at if packet.history else "")
    said = f"nobody is on next here, but {workspace.repository.remote} does not answer: name the cohorts"
    again = line(replace(wanted, cohorts=("COHORT",), where=None))
    raise Refusal(said, type_line=again, exit=ExitCode.LEFT)


def back(state: State, cohorts: Sequence[str]) -> str:
    """That there is nothing to do, and since when, by whom."""
    known = [
        f"{cohort} on {now.to.baseline} since {now.at} ({now.actor})"
        for surface in state.surfaces.values()
        for cohort in cohorts[:MANY]
        if cohort in surface.cohorts
        for now in (current(surface, cohort),)
    ]
    return f"already back, nothing to do: {'; '.join(known) or 'nobody is on next'}"


def _open_trigger(packet: Packet, cohorts: Sequence[str], wanted: Wanted) -> str | None:
    """The one trigger that fired for them and that no rollback has answered."""
    if wanted.reason not in (None, "trigger"):
        return None
    answered = {record.body["trigger"] for record in packet.history if "trigger" in record.body}
    fired = [
        record.name
        for record in packet.fired
        if record.name not in answered and set(cohorts) & set(record.body["cohorts"])
    ]
    if len(fired) > 1 and wanted.reason is None:
        first, *more = [line(replace(wanted, trigger=name)) for name in fired]
        said = f"several triggers fired: {', '.join(fired)}; one line each"
        raise UsageError(said, notes=tuple(more), type_line=first)
    return fired[0] if len(fired) == 1 else None


def _by_attributes(workspace: Workspace, wanted: Wanted) -> tuple[str, ...]:
    """Cohorts on next that match now, or matched when they were bound: the net is widened, never narrowed.

    Where none of them does, those who match and went back: of them it is said that they are back.
    """
    where = wanted.where or {}
    tags = _dictionary(workspace)
    found: dict[bool, set[str]] = {True: set(), False: set()}  # on next or not
    seen: dict[str, set[str]] = {}
    for packet in _asked_for(workspace.state, wanted):
        surface = workspace.state.surfaces[packet.surface]
        back = (cohort for cohort, stage in packet.stages.items() if stage == "back")
        for cohort in (*packet.on_next, *back):
            for attributes in (current(surface, cohort).attributes, attributes_of(tags, cohort)):
                texts = {name: _spelt(value) for name, value in attributes.items()}
                for name, text in texts.items():
                    seen.setdefault(name, set()).add(text)
                if matches(texts, where):
                    found[cohort in packet.on_next].add(cohort)
    if seen:
        _require_attributes(where, seen, wanted)
        if not any(found.values()):
            raise UsageError("nobody on next matches all of that", type_line="govern status")
    return tuple(sorted(found[True] or found[False]))


def _require_attributes(where: Mapping[str, str], seen: Mapping[str, set[str]], wanted: Wanted) -> None:
    for name, value in where.items():
        if name not in seen:
            close = nearest(name, seen)
            said = f"cohorts have no attribute `{name}`; they have: {', '.join(sorted(seen)) or 'none'}"
            fixed = {close or key if key == name else key: text for key, text in where.items()}
        elif value not in seen[name]:
            close = nearest(value, seen[name])
            said = f"nobody on next has {name} `{value}`; there are: {', '.join(sorted(seen[name]))}"
            fixed = {key: close or text if key == name else text for key, text in where.items()}
        else:
            continue
        mended = line(replace(wanted, where=fixed)) if close else "govern status"
        raise UsageError(said, type_line=mended)


def _spelt(value: Any) -> str:
    """An attribute as it is written in YAML."""
    return str(value).lower() if isinstance(value, bool) else str(value)


def _dictionary(workspace: Workspace) -> Mapping[str, Mapping[str, Any]]:
    """Today's tags, where cohorts.yaml can be read: it helps, and is never needed."""
    try:
        return cohort_dictionary(workspace.documents())
    except (Refusal, GovernError, MissingInputError):
        return {}


def _these(cohorts: Sequence[str]) -> str:
    shown = " ".join(cohorts[:MANY]) + (f" and {len(cohorts) - MANY} more" if len(cohorts) > MANY else "")
    return f"{shown} {'is' if len(cohorts) == 1 else 'are'}"
