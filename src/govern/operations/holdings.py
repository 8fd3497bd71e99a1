"""A document as it counts now: the bytes that a packet froze, else those on the published branch."""

from dataclasses import dataclass

from govern.documents.catalog import path_of
from govern.domain.document import FOLDERS, SINGLE_FILES, digest_of
from govern.domain.state import Packet
from govern.errors import RepositoryError, UsageError
from govern.operations.pins import original, pins
from govern.operations.workspace import Workspace


@dataclass(frozen=True)
class Holding:
    """`frozen` says which packets hold which bytes, newest last; `published` is the branch's digest."""

    path: str
    data: bytes
    digest: str
    frozen: tuple[Packet, ...]
    published: str | None

    @property
    def key(self) -> str:
        """FOLDER/ID, under which a packet freezes it."""
        return "/".join(self.path.removesuffix(".yaml").split("/")[-2:])


def holding(workspace: Workspace, kind: str, document_id: str) -> Holding:
    """The bytes in force of one document. UsageError where neither branch nor packet has it."""
    path = path_of(workspace.state.folder, kind, document_id)
    key = f"{FOLDERS[kind]}/{document_id}" if kind in FOLDERS else SINGLE_FILES[kind]
    holders = [p for p in workspace.state.packets.values() if key in p.frozen and not p.ended]
    holders.sort(key=lambda packet: packet.counting_from)
    on_branch = workspace.tree.read(path) if workspace.main is not None else None
    published = digest_of(on_branch) if on_branch is not None else None
    if holders:
        digest = holders[-1].frozen[key]
        data = workspace.inputs(digest)
        if data is None:
            raise RepositoryError(f"{key}: the frozen bytes are not in the ledger", type_line="govern audit")
        return Holding(path, data, digest, tuple(holders), published)
    if on_branch is None or published is None:
        raise UsageError(f"no {path} on {workspace.state.branch}", type_line="govern status")
    return Holding(path, on_branch, published, (), published)


def bytes_of(workspace: Workspace, digest: str) -> bytes | None:
    """The bytes with this digest: out of the ledger, or of a pinned file; None where they are gone or forged."""
    if digest in workspace.history.inputs:
        return workspace.inputs(digest)
    named = (pin for pin in pins(workspace, ever=True) if pin.digest == digest)
    return next((data for pin in named if (data := original(workspace, pin)) is not None), None)
