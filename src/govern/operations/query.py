"""`govern query`: the views that a query names, filled from state and ledger, and the queries that ship by name.

A view that the text does not name is not computed: who asks for records waits for no lane.
"""

import re
from dataclasses import dataclass
from importlib.resources import files

from govern.domain.findings import nearest
from govern.errors import UsageError
from govern.evidence.query import Result, Table, ask
from govern.operations.naming import records
from govern.operations.views import VIEWS
from govern.operations.views.view import Seen
from govern.operations.workspace import Workspace

ONE_WORD = re.compile(r"[\w-]+")


@dataclass(frozen=True)
class Shipped:
    """A query that ships by name; `about` is its first comment."""

    name: str
    about: str
    sql: str


def shipped() -> dict[str, Shipped]:
    """The queries of the package, by name."""
    found = {}
    for path in sorted((files(__package__) / "queries").iterdir(), key=lambda path: path.name):
        if path.name.endswith(".sql"):
            text, name = path.read_text(encoding="utf-8"), path.name.removesuffix(".sql")
            found[name] = Shipped(name, text.partition("\n")[0].removeprefix("-- "), text)
    return found


def text_of(asked: str) -> str:
    """The SQL that is meant: a name of a shipped query, a view, or SQL itself. UsageError for another word."""
    queries = shipped()
    if asked in queries:
        return queries[asked].sql
    if asked in VIEWS:
        return f"SELECT * FROM {asked}"
    word = asked.strip()
    if word and not ONE_WORD.fullmatch(word):
        return asked
    close = nearest(word, (*queries, *VIEWS)) if word else None
    if close is None:
        raise UsageError(f"no query or view `{word}`, and no SQL", type_line="govern query")
    raise UsageError(f"no query or view `{word}`; nearest: {close}")


def answer(workspace: Workspace, query: str, limit: int | None = None) -> Result:
    """What the workspace answers to SQL."""
    known = tuple((commit.oid, record) for commit, record in records(workspace).values())
    seen = Seen(workspace.state, workspace.documents(), workspace.now(), workspace.tip or "", known)
    return ask(query, tables(seen, query), seen.now, limit)


def tables(seen: Seen, query: str) -> list[Table]:
    """Every view, so that a query finds it; those that it names have rows. `query(...)` may name any."""
    text = query.casefold()
    every = "query" in text
    return [
        Table(
            view.name,
            [(column.name, column.type) for column in view.columns],
            view.rows(seen) if every or view.name in text else (),
        )
        for view in VIEWS.values()
    ]
