"""A second, independent reader: what `--fix` writes must mean the same to another YAML library.

Only shapes and the texts of scalars are compared: which of them are numbers is our schemas' business.
"""

from collections.abc import Iterator
from io import BytesIO
from typing import Any

from govern.domain.document import Pointer, Value


def reads_the_same(data: bytes, value: Value, sources: dict[Pointer, str]) -> bool:
    """Whether ruamel.yaml finds the keys and the scalars of `value`; `sources` are texts of what is no text."""
    from ruamel.yaml import YAML
    from ruamel.yaml.error import YAMLError

    try:
        node = YAML(pure=True).compose(BytesIO(data))
    except (YAMLError, ValueError, AssertionError):
        return False
    return dict(_theirs(node, ())) == dict(_ours(value, (), sources))


def _theirs(node: Any, pointer: Pointer) -> Iterator[tuple[Pointer, str | None]]:
    if isinstance(node.value, str):
        yield pointer, node.value
        return
    yield pointer, None
    for place, entry in enumerate(node.value):
        if isinstance(entry, tuple):
            yield from _theirs(entry[1], (*pointer, entry[0].value))
        else:
            yield from _theirs(entry, (*pointer, place))


def _ours(
    value: Value, pointer: Pointer, sources: dict[Pointer, str]
) -> Iterator[tuple[Pointer, str | None]]:
    if isinstance(value, str):
        yield pointer, value
        return
    if not isinstance(value, dict | list):
        yield pointer, sources[pointer]
        return
    yield pointer, None
    for name, inner in value.items() if isinstance(value, dict) else enumerate(value):
        yield from _ours(inner, (*pointer, name), sources)
