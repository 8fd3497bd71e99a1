"""A command as a value: what was asked, written into the lead record so that it can be decided again.

Fields marked PAYLOAD are facts too large or too typed for `asked`; they are read back from the lead's body.
Fields marked CARRIED never reach the record's envelope at all (bytes that lie in the ledger's inputs).
"""

from collections.abc import Mapping
from dataclasses import Field, fields
from typing import Any, ClassVar, Protocol, TypeVar, runtime_checkable

C = TypeVar("C", bound="Command")
PAYLOAD = {"payload": True}
CARRIED = {"carried": True}


@runtime_checkable
class Command(Protocol):
    """A frozen dataclass; `do` is its name in `asked`. `allowed` names who may give it (see `guards`)."""

    do: ClassVar[str]
    __dataclass_fields__: ClassVar[dict[str, Field[Any]]]


def asked(command: Command) -> dict[str, Any]:
    """The command as JSON values, without payload, carried bytes and what was left open."""
    values: dict[str, Any] = {"do": command.do}
    for item in fields(command):
        value = getattr(command, item.name)
        if item.metadata or value is None or value == ():
            continue
        values[item.name] = list(value) if isinstance(value, tuple) else value
    return values


def revived(kind: type[C], asked: Mapping[str, Any], body: Mapping[str, Any]) -> C:
    """The command again, from the envelope and the body of its lead record."""
    values: dict[str, Any] = {}
    for item in fields(kind):
        if "payload" in item.metadata:
            values[item.name] = body
        elif item.name in asked:
            value = asked[item.name]
            values[item.name] = tuple(value) if isinstance(value, list) else value
    return kind(**values)
