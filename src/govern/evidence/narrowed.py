"""A decision log cut down to one surface, for whatever is asked of it next. No file is touched."""

from dataclasses import replace

from govern.evidence.decisions import Log
from govern.evidence.sources import literal


def of_surface(log: Log, surface: str) -> Log:
    """The same log with the decisions of one surface alone; it may be left with none."""
    log.require()
    log.connection.execute("ALTER VIEW decisions RENAME TO every_decision")
    log.connection.execute(
        f"CREATE VIEW decisions AS SELECT * FROM every_decision WHERE surface = {literal(surface)}"
    )
    (row,) = log.ask("SELECT COUNT(*) AS rows FROM decisions")
    return replace(log, rows=row["rows"])
