"""What one plain scalar is: a core value of YAML 1.2, text, or what two readers read differently."""

import math
import re
import unicodedata
from dataclasses import dataclass

from govern.documents.yaml_codes import YamlFault

INTEGER = re.compile(r"-?(?:0|[1-9][0-9]*)\Z")
FLOAT = re.compile(r"-?(?:0|[1-9][0-9]{0,15})(?:\.[0-9]{1,17})?(?:[eE][-+]?[0-9]{1,3})?\Z")
DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}(?:T[0-9]{2}:[0-9]{2}:[0-9]{2}Z)?\Z")
NUMBER_LIKE = re.compile(r"[-+]?\.?[0-9]")
AMBIGUOUS = re.compile(
    r"(?i:y|yes|n|no|on|off|true|false|null|nan|inf|~|=|<<|-)\Z"
    r"|[-+]?\.?[0-9][0-9_,.:eExXoObBa-fA-F+-]*\Z"
    r"|[-+]?\.(?i:inf|nan)\Z"
    r"|[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}(?:[Tt \t/].*)?\Z"
)
DIGITS_AT_MOST = 16
MEANT = {
    "yes": "true",
    "on": "true",
    "no": "false",
    "off": "false",
    "true": "true",
    "false": "false",
    "null": "null",
}


@dataclass(frozen=True, slots=True)
class Doubt:
    """A plain scalar that is not taken as it stands."""

    code: str
    message: str
    hint: str


def resolve(source: str) -> str | int | float | bool | Doubt | None:
    """The value of a plain scalar; dates and instants are text."""
    if source in ("", "null"):
        return None
    if source in ("true", "false"):
        return source == "true"
    if INTEGER.match(source):
        if len(source.lstrip("-")) > DIGITS_AT_MOST:
            hint = f"{DIGITS_AT_MOST} at most; if it is a name, put it in quotes"
            return Doubt("GOV-YML-015", "too many digits", hint)
        return int(source)
    if FLOAT.match(source):
        number = float(source)
        if math.isfinite(number):
            return number
        return Doubt("GOV-YML-015", "number out of range", "write a number that can be counted to")
    if DATE.match(source) or not AMBIGUOUS.match(source):
        return source
    if re.match(r"[-+]?\.(?i:inf|nan)\Z", source):
        return Doubt("GOV-YML-015", "not a finite number", "write a number")
    return Doubt("GOV-YML-006", "can be read in two ways", quote_it(source))


def quote_it(source: str) -> str:
    other = MEANT.get(source.casefold())
    return f'put it in quotes: "{source[:40]}"' + (f"; or write: {other}" if other else "")


def check_key(source: str, plain: bool, line: int, column: int) -> None:
    """Keys are text that reads the same everywhere; `n` and `y` are taken as they stand."""
    if plain and source not in ("n", "y"):
        value = resolve(source)
        if not isinstance(value, str):
            hint = f'put it in quotes: "{source[:40]}"' if source else "write a key before the colon"
            raise YamlFault("GOV-YML-013", "a key that is not text", line, column, hint)
    if not unicodedata.is_normalized("NFC", source):
        hint = "type it again, one code point for each letter (NFC)"
        raise YamlFault("GOV-YML-014", "a key in decomposed letters", line, column, hint)
