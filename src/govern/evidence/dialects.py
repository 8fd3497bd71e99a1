"""A query in DuckDB's dialect, written for another database: what the transpiler leaves undone.

Parameters become literals. What has no equal there is refused, never sent in the hope that it means the same.
"""

from collections.abc import Callable, Mapping
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from govern.errors import DocumentError

if TYPE_CHECKING:
    from sqlglot import exp

NUMBER_OF = {  # the first eight bytes of a SHA-256 as an unsigned number, of the hexadecimal `{hex}`
    "postgres": "(CAST(CAST(('x' || LEFT({hex}, 8)) AS BIT(32)) AS BIGINT) * CAST(4294967296 AS DECIMAL(20, 0))"
    " + CAST(CAST(('x' || SUBSTRING({hex}, 9, 8)) AS BIT(32)) AS BIGINT))",
    "spark": "CAST(CONV(LEFT({hex}, 16), 16, 10) AS DECIMAL(20, 0))",
}
NOT_FINITE = (
    "nan",
    "inf",
    "+inf",
    "-inf",
    "infinity",
    "+infinity",
    "-infinity",
)  # a number or a time, as text
HEX_OF = {"postgres": "ENCODE(SHA256(CONVERT_TO({text}, 'UTF8')), 'hex')", "spark": "SHA2({text}, 256)"}


def bound(query: "exp.Query", parameters: Mapping[str, Any]) -> "exp.Query":
    """The query with the values of its parameters in their places."""
    return query.transform(_bound(parameters), copy=False)


def portable(query: "exp.Query", dialect: str, name: str) -> str:
    """The query, which is used up, as text. DocumentError where something in it has no equal in the dialect."""
    from sqlglot import ErrorLevel, exp
    from sqlglot.errors import UnsupportedError

    whole = query.transform(_rewritten(dialect, name), copy=False)
    for number, part in enumerate(whole.find_all(exp.Subquery)):
        if isinstance(part.parent, exp.From | exp.Join) and not part.alias:
            part.set("alias", exp.TableAlias(this=exp.to_identifier(f"part_{number}")))
    try:
        return str(whole.sql(dialect, unsupported_level=ErrorLevel.RAISE))
    except UnsupportedError as error:
        raise DocumentError(f"{name}: the query cannot be asked of {dialect}: {error}") from None


def _bound(parameters: Mapping[str, Any]) -> Callable[["exp.Expression"], "exp.Expression"]:
    from sqlglot import exp

    def bind(node: "exp.Expression") -> "exp.Expression":
        if isinstance(node, exp.Placeholder | exp.Parameter):
            return _literal(parameters[node.name])
        return node

    return bind


def _literal(value: Any) -> "exp.Expression":
    from sqlglot import exp

    if isinstance(value, datetime):
        return exp.cast(exp.Literal.string(value.isoformat(sep=" ")), "TIMESTAMP", dialect="duckdb")
    if value is None or isinstance(value, bool | int | float | str | Decimal):
        return exp.convert(value)
    raise TypeError(f"no literal for a {type(value).__name__}")


def _rewritten(dialect: str, name: str) -> Callable[["exp.Expression"], "exp.Expression"]:
    from sqlglot import exp, parse_one

    def rewrite(node: "exp.Expression") -> "exp.Expression":
        if isinstance(node, exp.Cast) and node.to.this == exp.DataType.Type.UBIGINT:
            return _number(node, dialect, name)
        if isinstance(node, exp.Extract) and node.name.upper() == "EPOCH" and dialect == "spark":
            seconds = f"UNIX_MICROS(CAST({node.expression.sql(dialect)} AS TIMESTAMP)) / 1000000"
            return exp.paren(parse_one(seconds, read=dialect))
        if isinstance(node, exp.Contains):
            found = exp.StrPosition(this=node.this, substr=node.expression)
            return exp.GT(this=found, expression=exp.Literal.number(0))
        if isinstance(node, exp.Anonymous) and node.name.upper() == "HASH":
            return node.expressions[0]  # equal texts instead of equal hashes
        if isinstance(node, exp.Anonymous) and node.name.upper() == "ISFINITE":
            return exp.not_(exp.func("LOWER", exp.cast(node.expressions[0], "VARCHAR")).isin(*NOT_FINITE))
        if isinstance(node, exp.Order) and node.expressions[0].name.upper() == "ALL":
            places = range(1, len(node.parent.expressions) + 1)
            return exp.Order(expressions=[exp.Literal.number(place) for place in places])
        return node

    return rewrite


def _number(node: "exp.Cast", dialect: str, name: str) -> "exp.Expression":
    """Which number a unit has in a split, from the first bytes of a digest."""
    from sqlglot import exp, parse_one

    digest = node.find(exp.SHA2)
    if digest is None or dialect not in NUMBER_OF:
        said = f"{name}: the side of a split cannot be computed on {dialect} in this version"
        raise DocumentError(said, type_line="--log FILE")
    hexadecimal = HEX_OF[dialect].format(text=digest.this.sql(dialect))
    return parse_one(NUMBER_OF[dialect].format(hex=hexadecimal), read=dialect)
