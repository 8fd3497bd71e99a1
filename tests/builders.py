"""The pure domain in memory, for tests: documents as values, records without bytes, no disk and no git.

`Branch` stands for the documents of a commit, `World` for a ledger. A world walks the same way as the real
shell: decide, record, fold; every body that is recorded must fit its own schema.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass, field, replace
from fnmatch import fnmatchcase
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from govern.documents import schemas
from govern.documents.checking import check
from govern.domain import capabilities
from govern.domain.baseline import target_of
from govern.domain.commands import Command
from govern.domain.decision import Accepted, Decision, Refused
from govern.domain.document import (
    FOLDERS,
    SINGLE_FILES,
    Document,
    Positions,
    canonical,
    digest_of,
    rows_of,
)
from govern.domain.fold import fold, guard
from govern.domain.gates import Border, open_border
from govern.domain.policy import Actor
from govern.domain.records import Event, Record
from govern.domain.rollout.hypothesis import put_on_next
from govern.domain.rollout.opening import Open
from govern.domain.rollout.promotion import bound
from govern.domain.state import Packet, Phase, State
from measured import shadow_set

EXAMPLE = Path(__file__).resolve().parents[1] / "examples" / "prompt-change"
KIND_OF = {folder: kind for kind, folder in FOLDERS.items()}
PACKET = "no-system-prompt"
DAY_ONE = "2026-11-20T09:00:00Z"
GONE = None  # as a value in `edit`: the field, or the whole document, is taken away

Values = Mapping[str, Any]
Edits = Mapping[str, Any]  # dotted path -> value


@cache
def _example() -> tuple[dict[str, dict[str, Any]], dict[str, str]]:
    values = {}
    for path in sorted((EXAMPLE / "governance").rglob("*.yaml")):
        value = yaml.load(path.read_bytes(), Loader=yaml.CSafeLoader)
        folder = path.parent.name
        key = f"{folder}/{path.stem}" if folder in KIND_OF else path.stem
        values[key] = {name: part for name, part in value.items() if name != "kind"}
    files = {
        path.relative_to(EXAMPLE).as_posix(): digest_of(path.read_bytes())
        for path in sorted((EXAMPLE / "prompts").iterdir())
    }
    return values, files


@dataclass(repr=False)
class Branch:
    """Documents by `FOLDER/ID` (`govern` and `cohorts` for the single ones), files by path; `kept` is the
    ledger's inputs. An edit makes new values, so that a copy of a branch is what it was."""

    values: dict[str, dict[str, Any]]
    files: dict[str, str]
    kept: dict[str, bytes] = field(default_factory=dict)

    def get(self, kind: str, document_id: str) -> Document | None:
        key = (
            SINGLE_FILES[kind].removesuffix(".yaml")
            if kind in SINGLE_FILES
            else f"{FOLDERS[kind]}/{document_id}"
        )
        value = self.values.get(key)
        return None if value is None else self._document(key, value)

    def frozen(self, key: str, digest: str) -> Document:
        return self._document(key, json.loads(self.kept[digest]))

    def held(self, key: str, digest: str) -> Document | None:
        return self.frozen(key, digest) if digest in self.kept else None

    def value(self, digest: str) -> Any:
        return yaml.load(self.kept[digest], Loader=yaml.CSafeLoader)

    def pinned(self, pattern: str) -> dict[str, str]:
        return {path: digest for path, digest in sorted(self.files.items()) if fnmatchcase(path, pattern)}

    def text(self, path: str) -> str | None:
        return self.kept[self.files[path]].decode() if path in self.files else None

    def parsed(self, text: str) -> Any:
        return yaml.load(text, Loader=yaml.CSafeLoader)

    def write(self, path: str, text: str) -> None:
        """A file beside the documents."""
        self.files[path] = digest_of(text.encode())
        self.kept[self.files[path]] = text.encode()

    def table(self, digest: str) -> list[dict[str, Any]]:
        return rows_of(self.kept[digest])

    def problems(self, kind: str, value: Any) -> tuple[str, ...]:
        found = check(kind, {"kind": f"{kind}/v1", **value}, "", Positions())
        return tuple(finding.message for finding in found)

    def _document(self, key: str, value: dict[str, Any]) -> Document:
        kind = {"govern": "workspace", "cohorts": "cohorts"}.get(key) or KIND_OF[key.partition("/")[0]]
        data = canonical(value)
        digest = digest_of(data)
        self.kept[digest] = data
        return Document(kind, value["id"], f"governance/{key}.yaml", digest, value)

    def edit(self, key: str, edits: Edits | None) -> None:
        """Set dotted fields of a document; GONE takes a field, or as the whole edit the document, away.

        `like: KEY` starts from a copy of another document; where there is neither, from an empty one.
        """
        if edits is GONE:
            del self.values[key]
            return
        value = deepcopy(self.values[edits["like"]] if "like" in edits else self.values.get(key, {}))
        if "like" in edits:
            value["id"] = key.rpartition("/")[2]
        for dotted, new in edits.items():
            if dotted != "like":
                _set(value, dotted.split("."), new)
        self.values[key] = value

    def seal(self, packet_id: str = PACKET) -> None:
        """Let the packet name its baselines as they are now: digests and stamps."""
        for side in ("prev", "next"):
            name = self.values[f"packets/{packet_id}"][side]["baseline"]
            baseline = self.values[f"baselines/{name}"]
            digest = target_of(baseline, self.pinned, None).digest
            stamp = {f"{side}.digest": digest, f"model_version_{side}": baseline["model_version"]}
            self.edit(f"packets/{packet_id}", stamp)

    def copy(self) -> "Branch":
        return Branch(dict(self.values), dict(self.files), self.kept)


def _set(value: Any, path: Sequence[str], new: Any) -> None:
    for name in path[:-1]:
        value = value[int(name)] if isinstance(value, list) else value.setdefault(name, {})
    if new is GONE:
        del value[path[-1]]
    elif isinstance(value, list):
        value[int(path[-1])] = new
    else:
        value[path[-1]] = new


def branch(edits: Mapping[str, Edits | None] | None = None) -> Branch:
    """The example workspace with edits."""
    values, files = _example()
    made = Branch(dict(values), dict(files))
    for key, fields in (edits or {}).items():
        made.edit(key, fields)
    return made


def cohorts(*keys: str, **attributes: Any) -> dict[str, Edits]:
    """Edits that give the example these cohorts, all covered and all allowed into canary."""
    named = {key: {"critical": False, **attributes} for key in keys}
    return {
        "cohorts": {"cohorts": named},
        f"packets/{PACKET}": {"cohort_coverage": list(keys), "canary": {"allowlist": list(keys)}},
    }


@dataclass(frozen=True)
class Past:
    """One command as it was recorded, with the state and the documents that it was decided on."""

    records: tuple[Record, ...]
    before: State
    documents: Branch


@dataclass
class World:
    """A ledger in memory. `now` is moved by the test; people act by name."""

    documents: Branch
    now: str = DAY_ONE
    state: State = field(default_factory=State)
    past: list[Past] = field(default_factory=list)
    remember: bool = False  # keep what every command was decided on, for laws over histories

    def opened(self) -> "World":
        self.do(Open("governance", "main", "govern test", "simulated"), "ana")
        return self

    def decide(self, command: Command, by: str = "ben", *, claimed: bool = False) -> Decision:
        return capabilities.decide(self.state, self.documents, command, Actor(by, claimed), self.now)

    def do(self, command: Command, by: str = "ben") -> tuple[Record, ...]:
        """The command, which must be accepted, recorded."""
        decision = self.decide(command, by)
        assert isinstance(decision, Accepted), decision
        return self.record(decision.events, decision.asked, by, decision.inputs)

    def refused(self, command: Command, by: str = "ben", *, claimed: bool = False) -> Refused:
        """The command, which must be refused."""
        decision = self.decide(command, by, claimed=claimed)
        assert isinstance(decision, Refused), decision
        return decision

    def record(
        self,
        events: Iterable[Event],
        asked: Mapping[str, Any],
        by: str = "ben",
        inputs: Mapping[str, bytes] | None = None,
    ) -> tuple[Record, ...]:
        """Record events as a command would, guards and all."""
        records = self.stamped(events, asked, by)
        assert not guard(self.state, records), f"a guard refuses {[r.event for r in records]}"
        return self.keep(records, inputs)

    def keep(
        self, records: tuple[Record, ...], inputs: Mapping[str, bytes] | None = None
    ) -> tuple[Record, ...]:
        self.documents.kept.update(inputs or {})
        if self.remember:
            self.past.append(Past(records, self.snapshot(), self.documents.copy()))
        fold([records], self.state)
        return records

    def snapshot(self) -> State:
        """The state as it is now; records, bindings, targets and policies never change, so they are shared."""
        known: list[Any] = [record for past in self.past for record in past.records]
        for surface in self.state.surfaces.values():
            known += [bound for line in (surface.default, *surface.cohorts.values()) for bound in line]
        known += [side for packet in self.state.packets.values() for side in (packet.prev, packet.next)]
        memo: dict[int, Any] = {id(value): value for value in (*known, self.state.policy)}
        return deepcopy(self.state, memo)

    def stamped(
        self, events: Iterable[Event], asked: Mapping[str, Any], by: str = "ben"
    ) -> tuple[Record, ...]:
        """Events with place and envelope; the digest is of what decides, since no bytes are made here."""
        records: list[Record] = []
        tips = dict(self.state.tips)
        events = list(events)
        policy = self.state.policy.stamp if self.state.policy else events[0].body["policy"]
        for place, event in enumerate(events):
            seq, prev = tips.get(event.stream, (0, None))
            n = self.state.n + place + 1
            body = json.loads(canonical(event.body))
            assert schemas.fits(f"records/{event.event.replace('/', '.')}", body), (event.event, body)
            record = Record(
                ledger=self.state.ledger or None, n=n, command=f"{self.state.n + 1:016x}", stream=event.stream,
                seq=seq + 1, prev=prev, event=event.event, at=self.now, happened_at=None, actor=by, claimed=False,
                main="0" * 40, asked=None if place else json.loads(canonical(asked)),
                policy=policy, documents=None,
                uses=tuple(event.uses), body=body,
            )  # fmt: skip
            digest = digest_of(canonical([n, event.stream, event.event, body]))
            records.append(replace(record, digest=digest))
            tips[event.stream] = (seq + 1, digest)
        return tuple(records)

    def fact(self, event: str, body: Values, stream: str = f"packets/{PACKET}", by: str = "ben") -> Record:
        """Fold one event by itself, past every guard: for cases that start from it."""
        records = self.stamped([Event(stream, event, body)], {"do": "test"}, by)
        capabilities.FOLDS[event](self.state, records[0])
        self.state.tips[stream] = (records[0].seq, records[0].digest)
        self.state.n, self.state.at = records[0].n, records[0].at
        return records[0]

    def packet(self, packet_id: str = PACKET) -> Packet:
        return self.state.packet(packet_id)

    def border(self, to: Phase, packet_id: str = PACKET, by: str | Actor = "ben", **more: Any) -> Border:
        actor = Actor(by) if isinstance(by, str) else by
        return open_border(self.state, self.documents, packet_id, actor, self.now, to=to, **more)

    def put(self, to: Phase, packet_id: str = PACKET, only: Sequence[str] = ()) -> None:
        """Take a packet to shadow, canary or wide without asking its gates, as a rehearsal does."""
        if self.packet(packet_id).phase == "draft":
            asked, events = put_on_next(self.border("shadow", packet_id))[0]
            self.record(events, asked)
        if to in ("canary", "wide"):
            more = {"cohorts": tuple(only)} if only else {}
            asked, events = put_on_next(self.border("canary", packet_id, **more))[0]
            self.record(events, asked)

        if to == "wide":
            self._go_wide(packet_id)

    def _go_wide(self, packet_id: str) -> None:
        """Everybody on next, whole, past every gate."""
        border = self.border("wide", packet_id, cohorts=self.packet(packet_id).on_next)
        assert border.prev is not None and border.next is not None
        body = {
            "from": "canary", "to": "wide", "attempt": border.packet.attempt, "surface": border.value["surface"],
            "prev": border.prev.as_value(), "next": border.next.as_value(), "cohorts": list(border.cohorts),
            "left": [], "dossier": border.dossier_digest, "verdicts": [], "rows": [],
        }  # fmt: skip
        asked = {"do": "advance", "packet": packet_id, "to": "wide", "attempt": border.packet.attempt}
        event = Event(f"packets/{packet_id}", "phase_advanced/1", body)
        self.record((event, bound(border, "advance")), asked)

    def pairs(self, measured: Mapping[str, Any], packet_id: str = PACKET, by: str = "ben") -> Record:
        """Record a set of shadow pairs; see `measured.shadow_set`."""
        return self.do(shadow_set(self.documents.values, packet_id, measured), by)[0]


def world(edits: Mapping[str, Edits | None] | None = None, *, remember: bool = False) -> World:
    """The example with edits, its ledger open, on the morning of the first day."""
    return World(branch(edits), remember=remember).opened()


def in_shadow(edits: Mapping[str, Edits | None] | None = None) -> World:
    """The example with its packet in shadow, the way back rehearsed on the way there."""
    from govern.domain.rollout.advance import Advance

    made = world(edits)
    made.do(Advance(PACKET, "shadow", rehearsal={"same": True, "seconds": 0.4}))
    return made


def ready(edits: Mapping[str, Edits | None] | None = None) -> World:
    """The example in shadow with clean pairs for every covered cohort: canary is one command away."""
    made = in_shadow(edits)
    made.pairs(dict.fromkeys(made.packet().covered, 200))
    return made


def in_canary(edits: Mapping[str, Edits | None] | None = None) -> World:
    from govern.domain.rollout.advance import Advance

    made = ready(edits)
    made.do(Advance(PACKET, "canary"))
    return made
