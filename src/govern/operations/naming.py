"""Everything that has a name, and what a name means: records, commits, digests, documents, surfaces, cohorts,
people, mitigation lanes and their evidence packets. What is shown of it stands elsewhere.

A full name is FOLDER/ID, as a stream or a frozen document is called; a short one is the id alone, where
nothing else has it.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from govern.documents.catalog import kind_of
from govern.domain.document import FOLDERS, SINGLE_FILES
from govern.domain.findings import nearest
from govern.domain.gates import cohort_dictionary
from govern.domain.lane import DECIDED
from govern.domain.records import Record
from govern.domain.state import Binding, State
from govern.errors import GovernError, UsageError
from govern.ledger.history import LedgerCommit
from govern.operations.pins import pins
from govern.operations.unpublished import unpublished
from govern.operations.workspace import Workspace

PLACES = {
    **FOLDERS,
    "surface": "surfaces",
    "cohort": "cohorts",
    "person": "people",
    "lane": "lanes",
    "evidence": "evidence",
}
KINDS = {folder: kind for kind, folder in PLACES.items()}
RECORD = re.compile(r"(?P<stream>[^#]+)#[0-9]+")
DIGEST = re.compile(r"sha256:[0-9a-f]{7,64}")
COMMIT = re.compile(r"[0-9a-f]{4,64}", re.IGNORECASE)


@dataclass(frozen=True, slots=True, order=True)
class Named:
    """`what` is record, commit, digest, surface, cohort, person, lane, evidence (packet) or a kind of document."""

    what: str
    name: str

    @property
    def full(self) -> str:
        """The name that nothing else has."""
        if self.what in SINGLE_FILES:
            return SINGLE_FILES[self.what]
        return f"{PLACES[self.what]}/{self.name}" if self.what in PLACES else self.name


def one(workspace: Workspace, text: str) -> Named:
    """What `text` names. UsageError with the nearest name, or with a line for each of several meanings."""
    found = meanings(workspace, text)
    if len(found) == 1:
        return found[0]
    if found:
        notes = tuple(f"{named.what:<11}  govern show {named.full}" for named in found)
        message = f"`{text}` names {len(found)} things"
        raise UsageError(message, notes=notes, type_line=f"govern show {found[0].full}")
    raise _unknown(workspace, text)


def meanings(workspace: Workspace, text: str) -> list[Named]:
    """All that `text` may mean, each once."""
    if RECORD.fullmatch(text):
        return [Named("record", text)] if text in records(workspace) else []
    if text.startswith("sha256:"):
        return sorted(_digests(workspace, text)) if DIGEST.fullmatch(text) else []
    found = {named for named in names(workspace) if text in (named.name, named.full)}
    if COMMIT.fullmatch(text):
        commits = workspace.history.commits
        found |= {Named("commit", commit.oid) for commit in commits if commit.oid.startswith(text.lower())}
    return sorted(found)


def _digests(workspace: Workspace, text: str) -> set[Named]:
    """Bytes in the ledger's inputs, pinned files, and baselines, whose digest begins so."""
    held = {*workspace.history.inputs, *(pin.digest for pin in pins(workspace, ever=True))}
    found = {Named("digest", digest) for digest in held if digest.startswith(text)}
    bound = (side for b in bindings(workspace.state) for side in (b.to, b.otherwise) if side is not None)
    frozen = (side for p in workspace.state.packets.values() for side in (p.prev, p.next) if side is not None)
    return found | {Named("baseline", t.baseline) for t in (*bound, *frozen) if t.digest.startswith(text)}


def records(workspace: Workspace) -> dict[str, tuple[LedgerCommit, Record]]:
    """Every record of the ledger by its name, in order, with the commit that holds it."""
    return {r.name: (commit, r) for commit, command in workspace.commands() for r in command}


def names(workspace: Workspace) -> Iterator[Named]:
    """Everything with a name of its own but records, commits and digests; some more than once."""
    state = workspace.state
    yield from (Named("surface", surface) for surface in state.surfaces)
    yield from (Named("person", person) for person in state.in_force.view["people"])
    yield from (Named("packet", packet) for packet in state.packets)
    yield from (Named("cohort", cohort) for surface in state.surfaces.values() for cohort in surface.cohorts)
    yield from (Named("baseline", binding.to.baseline) for binding in bindings(state))
    for lane in (lane for there in state.lanes.values() for lane in there):
        yield Named("lane", lane.id)
        yield from (Named("evidence", record.body["packet"]["id"]) for record in lane.records(DECIDED))
    for packet in state.packets.values():
        for key in packet.frozen:
            folder, _, name = key.partition("/")
            if folder in KINDS:  # the text of a query has no name but its digest
                yield Named(KINDS[folder], name)
    if workspace.main is not None:
        yield from _documents(workspace)


def _documents(workspace: Workspace) -> Iterator[Named]:
    """The documents of the published branch and the keys of its cohort dictionary."""
    for path in workspace.tree.paths():
        kind = kind_of(path, workspace.state.folder)
        if kind in FOLDERS:
            yield Named(kind, path.rpartition("/")[2].removesuffix(".yaml"))
        elif kind is not None:
            yield Named(kind, SINGLE_FILES[kind])
    yield from (Named("cohort", cohort) for cohort in dictionary(workspace))


def dictionary(workspace: Workspace) -> Mapping[str, Mapping[str, object]]:
    """The published cohort dictionary; empty where it is missing or faulty: a reader goes on without it."""
    from govern.domain.decision import Refusal

    try:
        return cohort_dictionary(workspace.documents())
    except (GovernError, Refusal):
        return {}


def bindings(state: State) -> Iterator[Binding]:
    """Every binding that ever held."""
    for surface in state.surfaces.values():
        for timeline in (surface.default, *surface.cohorts.values()):
            yield from timeline


def _unknown(workspace: Workspace, text: str) -> UsageError:
    record = RECORD.fullmatch(text)
    if record:
        known = [name for name in records(workspace) if name.startswith(f"{record['stream']}#")]
        if known:
            message = f"no record `{text}`: its stream has {len(known)}"
            return UsageError(message, type_line=f"govern show {known[-1]}")
        text = record["stream"]
    if text.startswith("sha256:"):
        why = "no bytes with this digest lie in the ledger" if DIGEST.fullmatch(text) else "not a digest"
        return UsageError(f"{why}: {text}", type_line="govern log")
    folder, _, name = text.rpartition("/")
    for kind in (kind for kind, place in FOLDERS.items() if folder in ("", place)):
        if lies := unpublished(workspace, kind, name):
            return UsageError(f"nothing published is named `{text}`: {lies.said}", type_line=lies.line)
    known = [name for named in names(workspace) for name in {named.name, named.full}]
    close = nearest(text, known)
    message = f"nothing is named `{text}`" + (f"; nearest: {close}" if close else "")
    return UsageError(message, type_line=f"govern show {close}" if close else "govern log")
