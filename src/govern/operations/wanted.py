"""What a person under stress meant: the one packet, its cohorts, trigger and reason, from the few words typed.

All of it comes from the ledger; the dictionary of cohorts only widens a match by attributes, where it can be
read. What is misspelt is answered with the nearest name in the whole line; nothing is guessed, nothing recorded.
"""

import shlex
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from govern.domain.binding import current
from govern.domain.decision import Refusal
from govern.domain.findings import nearest
from govern.domain.gates import cohort_dictionary
from govern.domain.rollback import Rollback
from govern.domain.selection import attributes_of, matches
from govern.domain.state import Packet, State
from govern.errors import ExitCode, GovernError, UsageError
from govern.operations.reading import MissingInputError
from govern.operations.workspace import Workspace

MANY = 20  # cohorts that a sentence names


@dataclass(frozen=True)
class Wanted:
    """What was typed. `where` are attributes; nothing at all means everybody whom the only packet put on next."""

    packet: str | None = None
    surface: str | None = None
    cohorts: tuple[str, ...] = ()
    where: Mapping[str, str] | None = None
    model_version: str | None = None
    trigger: str | None = None
    reason: str | None = None
    note: str | None = None
    since: str | None = None
    to: str | None = None
    break_glass: str | None = None


class NoReasonError(UsageError):
    """No trigger fired, and no reason was given: the one question that may be asked."""


def chosen(workspace: Workspace, wanted: Wanted) -> Rollback:
    """The one command that was meant.

    Raises UsageError with the whole corrected line where something is misspelt; Refusal where another packet is
    meant, or where nobody is on next (exit code 0).
    """
    state = workspace.state
    _require_known(state, wanted)
    packets = _in_reach(state, wanted)
    cohorts = wanted.cohorts
    if wanted.where:
        cohorts = _by_attributes(workspace, packets, wanted)
    stale = not workspace.fetched.ok
    packet = _named(state, packets, cohorts, wanted) if wanted.packet else None
    if packet is None or not (stale or _serving([packet], cohorts)):
        packet = _found(workspace, [packet] if packet else packets, cohorts, wanted)
    if wanted.where and wanted.packet:
        cohorts = tuple(cohort for cohort in cohorts if cohort in packet.on_next)
    trigger = wanted.trigger or _open_trigger(packet, wanted)
    reason = wanted.reason or ("trigger" if trigger else None)
    if reason is None:
        codes = ", ".join(state.in_force.view["entry_reasons"])
        said = f"no trigger fired: say why, --reason CODE ({codes})"
        raise NoReasonError(said, type_line=line(wanted, reason="operator-judgement"))
    words = (wanted.note, wanted.since, wanted.to, wanted.break_glass)
    return Rollback(packet.id, reason, tuple(cohorts), trigger, *words, stale=stale)


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


def _in_reach(state: State, wanted: Wanted) -> list[Packet]:
    """Packets with somebody on next, on the surface and of the version that were named."""
    return [
        packet
        for packet in state.packets.values()
        if packet.on_next
        and wanted.surface in (None, packet.surface)
        and (
            wanted.model_version is None
            or (packet.next and packet.next.model_version == wanted.model_version)
        )
    ]


def _named(state: State, packets: Sequence[Packet], cohorts: Sequence[str], wanted: Wanted) -> Packet | None:
    """The packet that was named; raises with the one that is meant where another one binds these cohorts."""
    packet = state.packets.get(wanted.packet or "")
    serving = _serving(packets, cohorts)
    other = serving[0].id if len(serving) == 1 else None
    by = f"; {_these(cohorts) if cohorts else 'somebody is'} on next by {other}" if other else ""
    if packet is None:
        close = other or nearest(wanted.packet or "", state.packets)
        fixed = line(replace(wanted, packet=close)) if close else "govern status"
        raise UsageError(f"no packet `{wanted.packet}`{by}", type_line=fixed)
    if packet in serving or not (cohorts and other):
        return packet
    said = f"{packet.id} is {_standing(packet)}{by}"
    raise Refusal(said, type_line=line(replace(wanted, packet=other)))


def _serving(packets: Sequence[Packet], cohorts: Sequence[str]) -> list[Packet]:
    """Packets that bind next to somebody of them."""
    return [p for p in packets if p.on_next and (not cohorts or set(cohorts) & set(p.on_next))]


def _standing(packet: Packet) -> str:
    """Where a packet stands, with the day, for somebody who took it for another."""
    day = f" since {packet.history[-1].at[5:10]}" if packet.history else ""
    return f"{packet.phase.replace('_', ' ')}{day}"


def _found(workspace: Workspace, packets: Sequence[Packet], cohorts: Sequence[str], wanted: Wanted) -> Packet:
    """The only packet that binds next to somebody of them; else one line a packet, or that they are back."""
    serving = _serving(packets, cohorts)
    if len(serving) == 1:
        return serving[0]
    if not serving:
        return _nobody(workspace, cohorts, wanted)
    first, *more = [
        line(replace(wanted, packet=p.id, cohorts=tuple(c for c in cohorts if c in p.on_next)))
        for p in serving
    ]
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


def _open_trigger(packet: Packet, wanted: Wanted) -> str | None:
    """The one trigger that fired and that no rollback has answered."""
    if wanted.reason not in (None, "trigger"):
        return None
    answered = {record.body["trigger"] for record in packet.history if "trigger" in record.body}
    fired = [record.name for record in packet.fired if record.name not in answered]
    return fired[0] if len(fired) == 1 else None


def _by_attributes(workspace: Workspace, packets: Sequence[Packet], wanted: Wanted) -> tuple[str, ...]:
    """Cohorts on next that match now, or matched when they were bound: the net is widened, never narrowed."""
    where = wanted.where or {}
    tags = _dictionary(workspace)
    found: set[str] = set()
    seen: dict[str, set[str]] = {}
    for packet in packets:
        surface = workspace.state.surfaces[packet.surface]
        for cohort in packet.on_next:
            for attributes in (current(surface, cohort).attributes, attributes_of(tags, cohort)):
                texts = {name: _spelt(value) for name, value in attributes.items()}
                for name, text in texts.items():
                    seen.setdefault(name, set()).add(text)
                if matches(texts, where):
                    found.add(cohort)
    if packets:
        _require_attributes(where, seen, wanted)
    if packets and not found:
        raise UsageError("nobody on next matches all of that", type_line="govern status")
    return tuple(sorted(found))


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


def line(wanted: Wanted, reason: str | None = None, verb: str = "execute") -> str:
    """The command as it should be typed."""
    where = ",".join(f"{name}={value}" for name, value in (wanted.where or {}).items())
    options: dict[str, str | None] = {
        "--surface": wanted.surface,
        "--cohort": ",".join(wanted.cohorts) if not where else None,
        "--where": where,
        "--model-version": wanted.model_version,
        "--trigger": wanted.trigger,
        "--reason": reason or wanted.reason,
        "--note": wanted.note,
        "--since": wanted.since,
        "--to": wanted.to,
        "--break-glass": wanted.break_glass,
    }
    words = [*([wanted.packet] if wanted.packet else [])]
    words += [word for name, value in options.items() if value for word in (name, value)]
    return shlex.join(["govern", "rollback", verb, *words])
