"""`govern schema`: the shapes of documents and records."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from govern.cli.frame import show
from govern.cli.options import Output
from govern.report.answer import Answer

if TYPE_CHECKING:
    from govern.documents.fields import FieldRow

app = typer.Typer(no_args_is_help=True, help="The shapes of documents and records.")


@app.command("list")
def list_schemas(output: Output = "text") -> None:
    """Every kind of document and every event."""
    from govern.operations.shapes import schemas

    def work() -> Answer:
        from govern.report.wrap import table

        found = schemas()
        rows = [[name, schema["title"]] for name, schema in found.items()]
        data = {"schemas": {name: schema["title"] for name, schema in found.items()}}
        lines = tuple(table(["SCHEMA", "WHAT IT IS"], rows))
        return Answer("schema list", lines, advice=("next", "govern schema show packet"), data=data)

    raise typer.Exit(show("schema list", work, output))


@app.command("show")
def show_schema(
    name: Annotated[str, typer.Argument(help="A kind such as packet, or an event.", metavar="NAME")],
    output: Output = "text",
) -> None:
    """The fields of NAME: type, whether it must be there, meaning. As json: the schema itself."""
    from govern.operations.shapes import fields

    def work() -> Answer:
        full, schema, rows = fields(name)
        return Answer("schema show", tuple(_lines(full, schema, rows)), data=schema)

    raise typer.Exit(show("schema show", work, output))


@app.command()
def export(
    folder: Annotated[Path, typer.Argument(help="Where they are written.", metavar="DIR")],
    output: Output = "text",
) -> None:
    """Write every schema into DIR, for editors; files that are not ours are never overwritten."""
    from govern.operations.shapes import export as write_all

    def work() -> Answer:
        written = write_all(folder)
        line = f"{len(written)} schemas in {folder}"
        return Answer("schema export", (line,), data={"folder": str(folder), "files": written})

    raise typer.Exit(show("schema export", work, output))


def _lines(name: str, schema: dict[str, Any], rows: "list[FieldRow]") -> list[str]:
    """A field takes a line of name, type and need, and its meaning below."""
    import json

    from govern.report.wrap import wrapped

    lines = [*wrapped(schema["title"], f"{name}   "), *wrapped(schema.get("description", ""), " ")]
    width = min(30, max(len(row.name) for row in rows)) if rows else 0
    for row in rows:
        need = "required" if row.required else "optional"
        lines += wrapped(row.type, f"{row.name:<{width}}  {need}  ", "   ")
        example = json.dumps(row.example, ensure_ascii=False)
        short = (
            not isinstance(row.example, dict | list | None) and len(example) < 60 and row.example != row.type
        )
        lines += (
            wrapped(row.meaning + (f" Example: {example}" if short else ""), "   ") if row.meaning else []
        )
    return lines
