"""One database in the place of DuckDB's connection: a statement that reaches the decisions runs where they lie.

It is written in that database's dialect, and the small tables that it is joined with, which stay in a DuckDB here, go
along as values. So nothing but a SELECT is ever sent. How a database is opened is not known here.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from govern.errors import DocumentError
from govern.evidence.dialects import bound, portable
from govern.evidence.sources import identifier

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection
    from sqlglot import exp

ROWS = 20_000  # of the small tables that one query takes along
OURS = "govern_"  # before the name of a view or a small table in a query
THEIRS = "theirs"  # marks a table of the database, whatever is called so here


@dataclass(frozen=True, slots=True)
class Rows:
    """An answer, in the form of DuckDB's."""

    names: tuple[str, ...]
    rows: Iterator[tuple[Any, ...]]

    @property
    def description(self) -> list[tuple[str]]:
        return [(name,) for name in self.names]

    def fetchmany(self, count: int) -> list[tuple[Any, ...]]:
        return [row for _, row in zip(range(count), self.rows, strict=False)]

    def fetchall(self) -> list[tuple[Any, ...]]:
        return list(self.rows)


NOTHING = Rows((), iter(()))


@dataclass
class Warehouse:
    """`send` runs a query there; `views` are names for queries that reach the decisions; `here` holds the rest."""

    name: str
    dialect: str
    send: Callable[[str], Rows]
    here: "DuckDBPyConnection"
    views: dict[str, "exp.Query"] = field(default_factory=dict)

    def define(self, name: str, query: str, parameters: Mapping[str, Any] | None = None) -> None:
        """A view: `query` over tables of the database, or over what is known here by name."""
        from sqlglot import parse_one

        self._define(name, bound(parse_one(query, read="duckdb"), parameters or {}))

    def execute(self, query: str, parameters: Any = None) -> Any:
        """What DuckDB's connection answers. DocumentError: the database refuses, or the query asks too much."""
        from sqlglot import exp, parse_one

        statement = parse_one(query, read="duckdb")
        if isinstance(statement, exp.Alter) and statement.this.name in self.views:
            self.views[statement.args["actions"][0].this.name] = self.views.pop(statement.this.name)
            return NOTHING
        inner = statement if isinstance(statement, exp.Query) else statement.find(exp.Query)
        if inner is None or not any(table.name in self.views for table in _tables(inner)):
            return self.here.execute(query, parameters) if parameters else self.here.execute(query)
        if isinstance(statement, exp.Copy):
            raise DocumentError(
                f"{self.name}: the rows of a database are not written to a file in this version",
                notes=("export the decisions that are asked for to a file, and name it",),
                type_line="--log FILE",
            )
        if isinstance(statement, exp.Create):  # a table too: it is computed where it is asked for
            self._define(statement.find(exp.Table).name, bound(inner, parameters or {}))
            return NOTHING
        return self.send(self.written(bound(inner, parameters or {})))

    def written(self, query: "exp.Query") -> str:
        """The query as it is sent: in the database's dialect, with all that it needs in front."""
        from sqlglot import exp

        taken = self._taken(query)
        clause = query.args.get("with_") or exp.With(expressions=[])
        clause.set("expressions", [*taken, *clause.expressions])
        query.set("with_", clause)
        return portable(query, self.dialect, self.name)

    def _define(self, name: str, query: "exp.Query") -> None:
        for table in _tables(query):
            if table.name not in self.views and not self._is_here(table.name):
                table.meta[THEIRS] = True
        self.views[name] = query

    def _taken(self, query: "exp.Query") -> list["exp.CTE"]:
        """The views and small tables that a query names, in the order of need; in it they get names of ours."""
        taken: dict[str, exp.CTE] = {}
        left = ROWS

        def take(part: "exp.Query") -> None:
            nonlocal left
            for table in _tables(part):
                name = table.name
                if table.meta.get(THEIRS) or not (name in self.views or self._is_here(name)):
                    continue
                if name not in taken and name in self.views:
                    view = self.views[name].copy()
                    take(view)
                    taken[name] = _named(OURS + name, view)
                elif name not in taken:
                    made, rows = self._values(name, left)
                    left -= rows
                    taken[name] = _named(OURS + name, made)
                if not table.alias:
                    table.set("alias", _alias(name))
                table.this.set("this", OURS + name)

        take(query)
        return list(taken.values())

    def _is_here(self, name: str) -> bool:
        known = "SELECT COUNT(*) FROM information_schema.tables WHERE table_name = ?"
        return bool(self.here.execute(known, [name]).fetchall()[0][0])

    def _values(self, name: str, most: int) -> tuple["exp.Query", int]:
        """A small table as a query without a table; every value is a text that is cast, NULL where there is none."""
        from sqlglot import exp, parse_one

        described = self.here.execute(f"DESCRIBE {identifier(name)}").fetchall()
        texts = ", ".join(f"CAST({identifier(row[0])} AS VARCHAR)" for row in described)
        rows = self.here.execute(f"SELECT {texts} FROM {identifier(name)} LIMIT {most + 1}").fetchall()
        if len(rows) > most:
            raise DocumentError(
                f"{self.name}: over {ROWS:,} rows would have to go along with a question ({name})",
                notes=("export what is asked for to a file, and name it",),
                type_line="--log FILE",
            )
        wanted = ", ".join(
            f"CAST(c{n} AS {row[1]}) AS {identifier(row[0])}" for n, row in enumerate(described)
        )
        aliases = [f"c{n}" for n in range(len(described))]
        cells = [[exp.null() if cell is None else exp.Literal.string(cell) for cell in row] for row in rows]
        made = parse_one(f"SELECT {wanted}", read="duckdb")
        some = exp.values(
            [tuple(row) for row in cells or [[exp.null()] * len(aliases)]], alias="v", columns=aliases
        )
        made = made.from_(some) if cells else made.from_(some).where(exp.false())
        return made, len(rows)


def _tables(query: "exp.Query") -> list["exp.Table"]:
    """The tables that a query reads, where they are no name for a part of it."""
    from sqlglot import exp
    from sqlglot.optimizer.scope import traverse_scope

    found = [source for scope in traverse_scope(query) for source in scope.sources.values()]
    return [source for source in found if isinstance(source, exp.Table) and source.name]


def _named(name: str, query: "exp.Query") -> "exp.CTE":
    from sqlglot import exp

    return exp.CTE(this=query, alias=_alias(name))


def _alias(name: str) -> "exp.TableAlias":
    from sqlglot import exp

    return exp.TableAlias(this=exp.to_identifier(name))
