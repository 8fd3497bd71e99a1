"""A value that is still being filled in: everything that is there fits its schema, and nothing has to be there."""

from functools import cache
from typing import Any

from govern.documents import schemas


def fits_so_far(name: str, value: Any) -> bool:
    """Whether what is there of `value` fits the schema `name` (`drill_answers.v1`)."""
    return bool(_compiled(name).is_valid(value))


@cache
def _compiled(name: str) -> Any:
    import jsonschema_rs

    return jsonschema_rs.Draft202012Validator(_without_required(schemas.read(name)))


def _without_required(part: Any) -> Any:
    """The schema, its lists of what is required left out; a field of that name is no list."""
    if isinstance(part, dict):
        return {
            name: _without_required(each)
            for name, each in part.items()
            if not (name == "required" and isinstance(each, list))
        }
    return [_without_required(each) for each in part] if isinstance(part, list) else part
