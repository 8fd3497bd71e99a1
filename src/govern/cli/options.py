"""Options that several commands share, each with one meaning and one help text."""

from typing import Annotated

import typer

from govern.domain.windows import instant, written
from govern.errors import UsageError


def _text_or_json(value: str) -> str:
    if value not in ("text", "json"):
        raise typer.BadParameter(f"no format {value}: text or json", param_hint="--format")
    return value


def _said(value: str | None) -> str | None:
    if value is not None and not value.strip():
        raise typer.BadParameter("it is empty, and it is recorded", param_hint="--reason")
    return value


Output = Annotated[
    str,
    typer.Option("--format", help="text or json.", metavar="text|json", callback=_text_or_json),
]
Yes = Annotated[bool, typer.Option("--yes", "-y", help="Answer every question with yes.")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Walk the whole way and record nothing.")]
Actor = Annotated[
    str | None, typer.Option(help="Act as this person: a claim, which holds no role.", metavar="PERSON")
]
Offline = Annotated[
    bool, typer.Option("--offline", help="Record in this clone alone; `govern sync` publishes it.")
]
Folder = Annotated[str | None, typer.Option("--workspace", help="The workspace's folder.", metavar="FOLDER")]
At = Annotated[
    str | None, typer.Option("--at", help="As of a ledger commit or an instant.", metavar="REV|TIME")
]
Log = Annotated[
    str | None,
    typer.Option(
        help="A file, a glob or a folder; else the source `decisions` of govern.yaml.", metavar="PATH"
    ),
]
Until = Annotated[str | None, typer.Option(help="Decisions before then, UTC.", metavar="TIME")]
Fetch = Annotated[bool, typer.Option("--fetch", help="Fetch first; else what was last fetched is judged.")]
Every = Annotated[bool, typer.Option("--verbose", "-v", help="Show every check.")]
Reason = Annotated[str, typer.Option(help="Why, in a sentence; it is recorded.", callback=_said)]
Expires = Annotated[str, typer.Option(help="A date or an instant, UTC.", metavar="DATE")]
Only = Annotated[str, typer.Option(help="Take these cohorts only.", metavar="COHORT,…")]
To = Annotated[str | None, typer.Option("--to", help="The phase that is expected.", metavar="PHASE")]
Cohort = Annotated[str, typer.Argument(help="A cohort key, or the id of its lane.", metavar="COHORT")]
Packet = Annotated[str, typer.Argument(help="The packet's id.", metavar="PACKET")]


def listed(text: str) -> tuple[str, ...]:
    """`a,b` as a tuple; empty parts are a slip that is said."""
    if not text:
        return ()
    parts = tuple(part.strip() for part in text.split(","))
    if not all(parts):
        raise UsageError(f"an empty name in `{text}`: names are separated by single commas")
    return parts


def moment(option: str, text: str) -> str:
    """An instant of UTC as records write it; a date is its first second. UsageError with a form to copy."""
    try:
        return written(instant(text))
    except ValueError:
        raise UsageError(
            f"{option} takes a date or an instant of UTC, not `{text}`",
            type_line=f"{option} 2026-12-01T09:00:00Z",
        ) from None
