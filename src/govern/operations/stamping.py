"""Events become records and files: numbers, chain and envelope are added, and every record is checked against
its own schema before anything is written."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from govern.documents import schemas
from govern.domain.document import canonical, digest_of
from govern.domain.records import Event, Record, input_path, path_of
from govern.ledger.history import Chain
from govern.ledger.records import emit
from govern.operations.tables import put_out


@dataclass(frozen=True, slots=True)
class Envelope:
    """What all records of one command share."""

    command: str
    at: str
    happened_at: str | None
    actor: str
    claimed: bool
    main: str
    policy: Mapping[str, Any]  # {epoch, digest, rules}
    asked: Mapping[str, Any]
    documents: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Stamped:
    """`records` hold whole bodies for the fold; `files` are what goes into the ledger's tree."""

    records: tuple[Record, ...]
    files: Mapping[str, bytes]


def stamp(events: Sequence[Event], chain: Chain, envelope: Envelope, inputs: Mapping[str, bytes]) -> Stamped:
    """Records in order, the first with `asked` and `documents`; inputs under their digests."""
    records: list[Record] = []
    files = {input_path(digest): data for digest, data in inputs.items()}
    tips = dict(chain.tips)
    ledger = chain.ledger
    for place, event in enumerate(events, start=1):
        seq, prev = tips.get(event.stream, (0, None))
        body, tables = put_out(event.body)
        asked, more = put_out(envelope.asked) if place == 1 else (None, {})
        files |= {input_path(digest): data for digest, data in (tables | more).items()}
        record = Record(
            ledger=ledger,
            n=chain.n + place,
            command=envelope.command,
            stream=event.stream,
            seq=seq + 1,
            prev=prev,
            event=event.event,
            at=envelope.at,
            happened_at=envelope.happened_at,
            actor=envelope.actor,
            claimed=envelope.claimed,
            main=envelope.main,
            asked=asked,
            policy=envelope.policy,
            documents=dict(sorted(envelope.documents.items())) if place == 1 else None,
            uses=tuple(event.uses),
            body=body,
        )
        data = emit(record)
        _check(record)
        digest = digest_of(data)
        files[path_of(record.stream, record.seq)] = data
        tips[event.stream] = (record.seq, digest)
        ledger = ledger or digest
        whole = replace(record, body=event.body, asked=envelope.asked if place == 1 else None, digest=digest)
        records.append(whole)
    return Stamped(tuple(records), files)


def _check(record: Record) -> None:
    """A record that its own schema refuses is a fault of the program, found before anything is written."""
    name = f"records/{record.event.replace('/', '.')}"
    if not schemas.fits(name, record.body):
        raise AssertionError(f"{record.event} does not fit its own schema {name}: {record.body}")


def bytes_of_bindings(datafile: Mapping[str, Any]) -> bytes:
    return canonical(datafile) + b"\n"
