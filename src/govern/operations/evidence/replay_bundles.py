"""What was bound when a decision was made, in full and with digests, as the ledger says it.

A bundle never says until when a binding held: what is recorded later does not change it. Bytes of pinned files come
from the commits of the documents branch that had them.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from govern.domain.baseline import PARTS
from govern.domain.binding import at
from govern.domain.state import Binding, Packet
from govern.evidence.replay_packs import Picked
from govern.operations.naming import records
from govern.operations.pins import original, pins
from govern.operations.workspace import Workspace


@dataclass(frozen=True)
class Bundles:
    """What `bundles.json` holds. `decisions`: id -> {binding, decides, phase}; `bindings` and `baselines` once each."""

    decisions: Mapping[str, Mapping[str, Any]]
    bindings: Mapping[str, Mapping[str, Any]]
    baselines: Mapping[str, Mapping[str, Any]]

    def as_value(self) -> dict[str, Any]:
        return {"decisions": self.decisions, "bindings": self.bindings, "baselines": self.baselines}

    def of(self, decision_id: str) -> list[Any]:
        """All that is said of one decision."""
        return whole(self.as_value(), decision_id)

    def on_next(self, decision_id: str, packet: Packet) -> bool:
        """Whether it was for the packet's next to decide."""
        said = self.decisions[decision_id]
        bound = self.bindings[said["binding"]]
        assert packet.next is not None, "a packet with a pack was in the field"
        put = bound["packet"] == packet.id and bound["cause"] != "rollback"
        return bool(put and said["decides"] == "to" and bound["to"]["digest"] == packet.next.digest)

    def pinned(self, decision_id: str | None = None) -> set[str]:
        """Digests of the files that the baselines pin, or those that one decision was bound to."""
        digests = set(self.baselines)
        if decision_id is not None:
            bound = self.bindings[self.decisions[decision_id]["binding"]]
            digests = {side["digest"] for side in (bound["to"], bound["rest"]) if side}
        files = (
            self.baselines[digest]["components"][part].get("files", {})
            for digest in digests
            for part in PARTS
        )
        return {digest for each in files for digest in each.values()}


def whole(bundles: Any, decision_id: str) -> list[Any]:
    """What a pack's `bundles.json` says of one decision: itself, its binding, the baselines of that. What is
    misshapen says less, and equals nothing that the ledger says.
    """
    said = _in(_in(bundles, "decisions"), decision_id)
    bound = _in(_in(bundles, "bindings"), _in(said, "binding"))
    sides = (_in(_in(bound, side), "digest") for side in ("to", "rest"))
    return [said, bound, *(_in(_in(bundles, "baselines"), digest) for digest in sides)]


def _in(value: Any, name: Any) -> Any:
    return value.get(name) if isinstance(value, dict) and isinstance(name, str) else None


def bundles_of(workspace: Workspace, surface: str, decisions: Iterable[Picked]) -> Bundles:
    """The bundles of decisions for which something was bound on the surface."""
    state = workspace.state
    commits = {name: commit.oid for name, (commit, _) in records(workspace).items()}
    said: dict[str, Any] = {}
    bindings: dict[str, Any] = {}
    baselines: dict[str, Any] = {}
    for picked in decisions:
        binding = at(state.surfaces[surface], picked.cohort, picked.second)
        if binding is None or picked.decision["surface"] != surface:
            continue
        name = f"{binding.record} {picked.cohort}"
        said[picked.id] = {
            "binding": name,
            "decides": picked.decides,
            "phase": _phase(state.packets.get(binding.packet or ""), binding, picked.second),
        }
        bindings[name] = {"surface": surface, "cohort": picked.cohort, **_told(binding, commits)}
        for target in (binding.to, binding.rest):
            if target is not None:
                baselines[target.digest] = {
                    "baseline": target.baseline,
                    "model_version": target.model_version,
                    "components": target.components,
                }
    return Bundles(said, bindings, baselines)


def _phase(packet: Packet | None, binding: Binding, when: str) -> str | None:
    """The phase of the packet that bound it, at that moment; None where no packet did, or where it went back."""
    if packet is None or binding.cause == "rollback":
        return None
    entered = [
        str(record.body["to"])
        for record in packet.history
        if record.event.startswith("phase_advanced/") and record.when <= when
    ]
    return entered[-1] if entered else None


def _told(binding: Binding, commits: Mapping[str, str]) -> dict[str, Any]:
    return {
        "since": binding.at,
        "percent": binding.percent,
        "cause": binding.cause,
        "packet": binding.packet,
        "record": binding.record,
        "commit": commits[binding.record],
        "to": binding.to.as_reference(),
        "rest": binding.rest.as_reference() if binding.rest else None,
    }


def pinned_bytes(workspace: Workspace, digests: set[str]) -> dict[str, bytes]:
    """The bytes with these digests, as far as git has them in this clone."""
    found: dict[str, bytes] = {}
    for pin in pins(workspace, ever=True):
        wanted = pin.digest in digests and pin.digest not in found
        if wanted and (data := original(workspace, pin)) is not None:
            found[pin.digest] = data
    return found
