"""Long lists of a record live in a table of the ledger's inputs; the domain never notices.

A record is at most 64 KiB and 2,000 nodes, so a list above 200 entries is put out when a record is stamped
and taken in again when it is read.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from govern.domain.document import canonical, digest_of
from govern.domain.records import Record

LONGEST = 200  # entries of a list that stays in a record
LARGEST = 300  # nodes of one


def put_out(fields: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, bytes]]:
    """The fields with every long list, also of inner mappings, named by digest; and the tables."""
    short: dict[str, Any] = {}
    tables: dict[str, bytes] = {}
    for name, value in fields.items():
        if isinstance(value, Mapping):
            value, more = put_out(value)
            tables |= more
        elif isinstance(value, list) and (len(value) > LONGEST or _nodes(value) > LARGEST):
            data = b"".join(canonical(entry) + b"\n" for entry in value)
            tables[digest_of(data)] = data
            value = {"listed": digest_of(data), "rows": len(value)}
        short[name] = value
    return short, tables


def _nodes(value: Any) -> int:
    if isinstance(value, Mapping):
        return 1 + sum(1 + _nodes(inner) for inner in value.values())
    return 1 + sum(_nodes(inner) for inner in value) if isinstance(value, list | tuple) else 1


def taken_in(record: Record, read: Callable[[str], bytes]) -> Record:
    """The record with its lists whole again."""
    body, asked = _whole(record.body, read), _whole(record.asked or {}, read)
    if body is record.body and asked is record.asked:
        return record
    return replace(record, body=body, asked=asked if record.asked is not None else None)


def named_in(record: Record) -> list[str]:
    """Digests of the tables that hold the lists of this record."""
    return [*_named(record.body), *_named(record.asked or {})]


def _named(fields: Mapping[str, Any]) -> list[str]:
    found = []
    for value in fields.values():
        if _is_out(value):
            found.append(value["listed"])
        elif isinstance(value, Mapping):
            found += _named(value)
    return found


def _is_out(value: Any) -> bool:
    return isinstance(value, Mapping) and value.keys() == {"listed", "rows"}


def _whole(fields: Mapping[str, Any], read: Callable[[str], bytes]) -> Mapping[str, Any]:
    """The same object where nothing was put out, so that a fold of short records copies nothing."""
    changed: dict[str, Any] = {}
    for name, value in fields.items():
        if _is_out(value):
            changed[name] = [json.loads(line) for line in read(value["listed"]).splitlines()]
        elif isinstance(value, Mapping):
            whole = _whole(value, read)
            if whole is not value:
                changed[name] = whole
    return {**fields, **changed} if changed else fields
