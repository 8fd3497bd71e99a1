"""Where two values differ, leaf by leaf. Lists of one length are compared item by item, others as a whole."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Final

from govern.domain.document import Pointer, Value


class _Absent(Enum):
    ABSENT = "nothing"


ABSENT: Final = _Absent.ABSENT  # nothing stands there, which is not the same as null


@dataclass(frozen=True, slots=True)
class Leaf:
    """One difference; `was` or `now` is ABSENT where one side has nothing."""

    pointer: Pointer
    was: Value
    now: Value


def differences(was: Value, now: Value, pointer: Pointer = ()) -> Iterator[Leaf]:
    """What differs, in the order of `was`; what is new comes last."""
    if isinstance(was, Mapping) and isinstance(now, Mapping):
        for name in [*was, *(name for name in now if name not in was)]:
            yield from differences(was.get(name, ABSENT), now.get(name, ABSENT), (*pointer, name))
    elif isinstance(was, list) and isinstance(now, list) and len(was) == len(now):
        for place, (old, new) in enumerate(zip(was, now, strict=True)):
            yield from differences(old, new, (*pointer, place))
    elif isinstance(was, bool) is not isinstance(now, bool) or was != now:  # True == 1 in Python, not here
        yield Leaf(pointer, was, now)


def same(one: Value, other: Value) -> bool:
    """Equal as values: the order of keys does not count, nor does how a number is written."""
    return next(differences(one, other), None) is None


def at(value: Value, pointer: Pointer) -> Value:
    """What stands at `pointer`, or ABSENT."""
    for step in pointer:
        named = isinstance(value, Mapping) and step in value
        placed = isinstance(value, list) and isinstance(step, int) and step < len(value)
        if not (named or placed):
            return ABSENT
        value = value[step]
    return value


def dotted(pointer: Pointer) -> str:
    """`bands.critical.below`, as people name a field."""
    return ".".join(str(step) for step in pointer)


def shown(value: Value) -> str:
    """A value within a line of text."""
    if value is ABSENT:
        return "nothing"
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return text if len(text) <= 60 else f"{text[:57]}..."
