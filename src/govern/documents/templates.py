"""The files that `init` and `new` write, as templates with `${name}` where a value goes.

A placeholder that stands alone in its line becomes one line for each member of a mapping or list; a line whose
value is None is left out; elsewhere a value is written in one line, in quotes wherever it could be misread. A
team's own `templates/packet.yaml` is filled by the same rules.
"""

import re
from collections.abc import Iterator, Mapping
from pathlib import Path

from govern.documents import schemas
from govern.documents.flow import flow
from govern.domain.document import KINDS, SINGLE_FILES, Value
from govern.errors import DocumentError

PLACEHOLDER = re.compile(r"\$\{(\w+)\}")
ALONE = re.compile(r"(\s*)\$\{(\w+)\}\s*")
COMMENT = re.compile(r"(.*\S)\s{2,}(#.*)")
COLUMN = 35  # where comments begin, if the value leaves room


def shipped(name: str) -> str:
    """The text of one of our templates, such as `packet`."""
    return (Path(__file__).parent / "templates" / f"{name}.yaml").read_text("utf-8")


def fill(text: str, values: Mapping[str, Value], source: str = "") -> str:
    """The text with every placeholder filled. DocumentError where `source` asks for what is not known."""
    unknown = sorted({name for name in PLACEHOLDER.findall(text) if name not in values})
    if unknown:
        raise DocumentError(
            f"{source or 'the template'}: no value for ${{{unknown[0]}}}",
            notes=(f"a template may use: {', '.join(sorted(values))}",),
        )
    return "".join(f"{line}\n" for row in text.splitlines() for line in _filled(row, values))


def _filled(row: str, values: Mapping[str, Value]) -> Iterator[str]:
    alone = ALONE.fullmatch(row)
    if alone:
        value = values[alone[2]]
        members = (
            [f"{flow(key)}: {flow(item)}" for key, item in value.items()] if isinstance(value, dict) else None
        )
        yield from (alone[1] + line for line in members or (f"- {flow(item)}" for item in value))
    elif all(values[name] is not None for name in PLACEHOLDER.findall(row)):
        comment = COMMENT.fullmatch(row) if PLACEHOLDER.search(row) else None
        line = PLACEHOLDER.sub(lambda found: flow(values[found[1]]), comment[1] if comment else row)
        yield f"{line:<{COLUMN - 2}}  {comment[2]}" if comment else line


def document(kind: str, text: str, beside: str | None = None) -> bytes:
    """The bytes of a document, with the line by which editors find its schema: in `.schemas` beside govern.yaml.

    `beside` is the way there from a file that lies elsewhere.
    """
    up = beside if beside is not None else "" if kind in SINGLE_FILES else "../"
    line = f"# yaml-language-server: $schema={up}.schemas/{kind}.v1.schema.json"
    return (text if text.startswith("# yaml-language-server:") else f"{line}\n{text}").encode()


def editor_schemas(folder: str) -> dict[str, bytes]:
    """Copies of the schemas of documents, for editors, by path."""
    return {
        f"{folder}/.schemas/{kind}.v1.schema.json": (schemas.folder() / f"{kind}.v1.schema.json").read_bytes()
        for kind in KINDS
    }
