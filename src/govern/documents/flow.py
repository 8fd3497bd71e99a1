"""Values as one line of YAML, to copy from a hint into a file."""

import json
import re

from govern.domain.document import Value

PLAIN = re.compile(r"[A-Za-z](?:[A-Za-z0-9_./@+-]|:(?=[A-Za-z0-9])| (?=[A-Za-z0-9]))*")
MISREAD = {"y", "n", "yes", "no", "on", "off", "true", "false", "null", "nan", "inf"}


def flow(value: Value) -> str:
    """`{where: {platform: [pc, xr]}}`; quotes only where they are needed."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{flow(key)}: {flow(item)}" for key, item in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(flow, value)) + "]"
    if isinstance(value, str) and PLAIN.fullmatch(value) and value.casefold() not in MISREAD:
        return value
    return json.dumps(value, ensure_ascii=False)
