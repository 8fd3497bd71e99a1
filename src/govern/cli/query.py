"""`govern query`: SQL over the workspace."""

from typing import Annotated

import typer

from govern.cli.frame import context, show
from govern.cli.options import At, Fetch, Folder
from govern.errors import UsageError
from govern.report.answer import Answer

SHOWN = 100  # rows of a table, where nobody says how many


def _form(value: str) -> str:
    if value not in ("table", "csv", "json"):
        raise typer.BadParameter(f"no format {value}: table, csv or json", param_hint="--format")
    return value


def command(
    asked: Annotated[
        str | None,
        typer.Argument(
            help="A query that ships by name, a view, or one SELECT; without it, the list.",
            metavar="NAME|SQL",
        ),
    ] = None,
    views: Annotated[bool, typer.Option("--views", help="Show the columns of the views, or of one.")] = False,
    limit: Annotated[
        int | None,
        typer.Option(help=f"At most N rows; a table shows {SHOWN}, csv and json all.", metavar="N", min=1),
    ] = None,
    at: At = None,
    fetch: Fetch = False,
    workspace: Folder = None,
    output: Annotated[
        str, typer.Option("--format", help="table, csv or json.", metavar="table|csv|json", callback=_form)
    ] = "table",
) -> None:
    """Ask the workspace in SQL: DuckDB, read-only, over views of state and ledger."""

    def work() -> Answer:
        if views:
            return _columns(asked)
        if asked is None:
            return _list()
        return _asked(asked, limit, at, fetch, workspace, output)

    raise typer.Exit(show("query", work, "text" if output == "table" else output))


def _asked(
    asked: str, limit: int | None, at: str | None, fetch: bool, workspace: str | None, output: str
) -> Answer:
    from govern.operations.looking_back import reading
    from govern.operations.query import answer, text_of
    from govern.operations.status import as_it_was
    from govern.report.query import csv_answer, json_answer, table_answer

    query = text_of(asked)
    there = reading(context(workspace=workspace), at=at, fetch=fetch)
    if at is not None:
        there = as_it_was(there, at, there.own_clock())
    found = answer(there, query, SHOWN if limit is None and output == "table" else limit)
    if output == "csv":
        return csv_answer(found.columns, found.rows)
    if output == "json":
        return json_answer(found.columns, found.rows, query, more=found.more)
    return table_answer(found.columns, found.rows, more=found.more)


def _list() -> Answer:
    from govern.operations.query import shipped
    from govern.operations.views import VIEWS
    from govern.report.query import list_answer

    return list_answer(
        {name: (query.about, query.sql) for name, query in shipped().items()},
        {name: view.about for name, view in VIEWS.items()},
    )


def _columns(name: str | None) -> Answer:
    from govern.domain.findings import nearest
    from govern.operations.views import VIEWS
    from govern.report.query import views_answer

    if name is not None and name not in VIEWS:
        close = nearest(name, VIEWS)
        raise UsageError(
            f"no view `{name}`" + (f"; nearest: {close}" if close else f"; there are: {', '.join(VIEWS)}"),
            type_line=None if close else "govern query --views",
        )
    chosen = VIEWS.values() if name is None else [VIEWS[name]]
    return views_answer(
        {view.name: (view.about, [(c.name, c.type, c.about) for c in view.columns]) for view in chosen}
    )
