"""Writes docs/reference from the schemas, the shelf of checks, the codes, the views and the command tree.

`make docs` runs it; a test compares the pages with what it would write.
"""

import json
from collections.abc import Callable, Iterator, Sequence
from itertools import takewhile
from pathlib import Path
from typing import Any

from govern.cli.app import build
from govern.documents.fields import rows
from govern.documents.schemas import names, read
from govern.domain.capabilities import CAPABILITIES
from govern.domain.document import FOLDERS, KINDS, SINGLE_FILES
from govern.domain.measures import SOURCES, UNITS
from govern.evidence.measures import sql
from govern.operations.explanations import checks, codes
from govern.operations.query import shipped
from govern.operations.views import VIEWS

REFERENCE = Path(__file__).parent / "reference"
WITHOUT_SQL = {  # computed from records
    "time_to_acknowledge": "How long triggers that fired on the packet waited for an answer.",
    "confidence_trend": "By how much the share of a lane's replays that passed rises, a replay.",
}
NOTICE = "<!-- Written by docs/generate.py: run `make docs`. -->"


def text_of(page: str) -> str:
    """What stands in `page` of the reference."""
    return "\n\n".join((NOTICE, *PAGES[page]())) + "\n"


def _documents() -> Iterator[str]:
    yield "# Documents"
    yield (
        "What people write and review: one file a document, in the folder of the workspace. `govern validate`\n"
        "checks them, `govern schema show NAME` prints the same tables, and `govern schema export DIR` writes the\n"
        "schemas for an editor. In a name, `*` is any key of a mapping and `[]` an entry of a list."
    )
    for name in names():
        kind, _, number = name.partition(".v")
        if kind not in KINDS:
            continue
        place = f"{FOLDERS[kind]}/ID.yaml" if kind in FOLDERS else SINGLE_FILES.get(kind)
        more = f"Lies in `{place}`." if place else "A file that a person points at; it has no id."
        yield from _schema(f"{kind}/v{number}", name, more)
        if kind == "kpi":
            yield from _measures()
    yield from _machine_files()


def _measures() -> Iterator[str]:
    """What a KPI's `measure` may name, in the words of its SQL."""
    yield "### Measures that ship"
    yield "By the `source` of the KPI; a source of your own is a decision log. A query of your own may stand instead."
    found = [
        (f"`{name}`", source, ", ".join(UNITS[kind]), _counts(name))
        for source, measures in SOURCES.items()
        for name, kind in measures.items()
    ]
    yield _table(("measure", "source", "units", "what it is"), found)


def _counts(measure: str) -> str:
    """The first sentence of its SQL."""
    if measure in WITHOUT_SQL:
        return WITHOUT_SQL[measure]
    comment = takewhile(lambda line: line.startswith("--"), sql(measure).splitlines())
    text = " ".join(line.removeprefix("--").strip() for line in comment)
    said = text.partition(": ")[2].partition(". ")[0].rstrip(".")
    return f"{said[:1].upper()}{said[1:]}."


def _machine_files() -> Iterator[str]:
    yield "## Files that programs read"
    for name in names():
        kind, _, number = name.partition(".v")
        if kind not in KINDS:
            yield from _schema(f"{kind}/v{number}", name, "Written by the tool, read by an application.")


def _records() -> Iterator[str]:
    yield "# Records"
    yield (
        "What the tool writes on the ledger's branch: one file a record, `records/STREAM/SEQ.yaml`, never edited.\n"
        "Every record has the same envelope around a body that its event describes. `govern show STREAM#SEQ` prints\n"
        "one, `govern audit --record STREAM#SEQ` decides it again."
    )
    yield from _schema("The envelope", "records/record.1")
    writers: dict[str, list[str]] = {}
    for writer in (writer for capability in CAPABILITIES for writer in capability.writers):
        for event in writer.events:
            role = f" ({writer.role})" if writer.role else ""
            writers.setdefault(event, []).append(f"`{writer.command.do}`{role}")
    for event in sorted(writers):
        asked = f"Asked by {', '.join(writers[event])}."
        yield from _schema(event, f"records/{event.replace('/', '.')}", asked)


def _schema(heading: str, name: str, more: str = "") -> Iterator[str]:
    schema = read(name)
    yield f"## {heading}"
    yield " ".join(filter(None, (f"**{schema['title']}.**", schema.get("description", ""), more)))
    found = [
        (f"`{row.name}`", row.type, "yes" if row.required else "", f"{row.meaning}{_example(row.example)}")
        for row in rows(schema)
    ]
    if found:
        yield _table(("field", "type", "required", "meaning"), found)


def _example(value: Any) -> str:
    if value is None or isinstance(value, dict | list):
        return ""
    return f" Example: `{value if isinstance(value, str) else json.dumps(value)}`"


def _checks() -> Iterator[str]:
    yield "# Checks"
    yield (
        "What a border asks, each a file of `src/govern/domain/checks/`. None of `failed`, `inconclusive` (not enough\n"
        "data) and `error` (could not be measured) passes. `govern phase check PACKET --verbose` shows every verdict\n"
        "with what would flip it; `govern explain NAME` prints the section below."
    )
    borders = {border: None for check in checks().values() for border in check.borders}
    for border in borders:
        found = [
            (
                f"[{check.name}](#{check.name})",
                check.mode,
                "" if check.waivable else "no",
                _first(check.about),
            )
            for check in checks().values()
            if border in check.borders
        ]
        yield f"## {border}"
        yield _table(("check", "mode", "waivable", "asks"), found)
    yield "## Each check"
    for check in checks().values():
        yield f"### {check.name}"
        yield check.about
        yield f"To pass: {check.mend}"


def _first(text: str) -> str:
    return text.partition("\n\n")[0].replace("\n", " ")


def _codes() -> Iterator[str]:
    yield "# Codes of findings"
    yield "A code never changes its meaning. `govern explain CODE` prints the same."
    for code, told in codes().items():
        yield f"### {code}"
        yield f"**{told.title[:1].upper()}{told.title[1:]}.** {told.why}"
        yield f"To mend: {told.mend}"


def _query() -> Iterator[str]:
    yield "# Queries and views"
    yield (
        "What `govern query` asks: one SELECT in the SQL of DuckDB, over the views below. How to:\n"
        "[query-the-ledger.md](../how-to/query-the-ledger.md). Times are instants of UTC, and `now()` is the instant\n"
        "that is asked about. Windows are the workspace's, numbered from its anchor; beside each number stands the\n"
        "interval as records have it."
    )
    yield "## Queries that ship"
    for query in shipped().values():
        yield f"### {query.name}"
        yield f"```sql\n{query.sql.rstrip()}\n```"
    yield "## Views"
    for view in VIEWS.values():
        yield f"### {view.name}"
        yield view.about
        found = [(f"`{column.name}`", column.type, column.about) for column in view.columns]
        yield _table(("column", "type", "meaning"), found)


def _commands() -> Iterator[str]:
    from typer.main import get_command

    yield "# The command line"
    yield (
        "`govern COMMAND --help` says the same. Exit codes: [exit-codes.md](../explanation/exit-codes.md). Whatever\n"
        "is printed for people has its twin under `--format json`."
    )
    for name, command in leaves(get_command(build())):
        yield f"## {name}"
        yield (command.help or "").strip()
        arguments = [each for each in command.params if each.param_type_name == "argument"]
        options = [
            each for each in command.params if each.param_type_name == "option" and each.name != "help"
        ]
        words = [_metavar(each) if each.required else f"[{_metavar(each)}]" for each in arguments]
        yield f"```text\n{' '.join([name, *(['[OPTIONS]'] if options else []), *words])}\n```"
        found = [
            (f"`{_metavar(each)}`", each.help or "", "yes" if each.required else "") for each in arguments
        ]
        found += [(_option(each), each.help or "", "yes" if each.required else "") for each in options]
        if found:
            yield _table(("option", "what it is", "required"), found)


def leaves(command: Any, name: str = "govern") -> Iterator[tuple[str, Any]]:
    """Every command that does something, with its full name."""
    inner = getattr(command, "commands", None)
    if inner is None:
        yield name, command
    for verb, child in (inner or {}).items():
        if not child.hidden:
            yield from leaves(child, f"{name} {verb}")


def _metavar(parameter: Any) -> str:
    return str(parameter.metavar or parameter.name.upper())


def _option(option: Any) -> str:
    names = ", ".join(f"`{name}`" for name in sorted(option.opts, key=len, reverse=True))
    return names if option.is_flag else f"{names} `{_metavar(option)}`"


def _table(head: Sequence[str], body: Sequence[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *body]
    cells = ([cell.replace("|", "\\|").replace("\n", " ") for cell in line] for line in lines)
    return "\n".join(f"| {' | '.join(line)} |" for line in cells)


PAGES: dict[str, Callable[[], Iterator[str]]] = {
    "cli.md": _commands,
    "documents.md": _documents,
    "records.md": _records,
    "checks.md": _checks,
    "codes.md": _codes,
    "query.md": _query,
}


def main() -> None:
    REFERENCE.mkdir(exist_ok=True)
    for page in PAGES:
        (REFERENCE / page).write_text(text_of(page), "utf-8")


if __name__ == "__main__":
    main()
