"""`govern new`: a packet from a change, or a document of any other kind to fill in."""

import textwrap
from collections.abc import Callable
from shlex import quote
from typing import Annotated

import typer

from govern.cli.frame import ask as asked_on_terminal
from govern.cli.frame import context, interactive, show
from govern.cli.options import Folder, Output, Yes, listed
from govern.cli.questions import Ask, Question, answers
from govern.domain.document import FOLDERS
from govern.domain.findings import nearest
from govern.errors import ExitCode, UsageError
from govern.operations.authoring import propose
from govern.operations.authoring.packet_documents import Proposed, Terms
from govern.operations.authoring.packet_documents import propose as write_packet
from govern.operations.authoring.propose import Ground
from govern.operations.context import Context
from govern.report.answer import Answer

KINDS = ("packet", *(kind for kind in FOLDERS if kind != "packet"), "answers")
WIDTH = 67  # of a question with its default, as wide as the longest of them


def command(
    kind: Annotated[str, typer.Argument(help=f"{', '.join(KINDS)}.", metavar="KIND")],
    document: Annotated[str | None, typer.Argument(help="The new document's id.", metavar="ID")] = None,
    change: Annotated[list[str] | None, typer.Option(help="COMPONENT=FILE or COMPONENT=VERSION.")] = None,
    surface: Annotated[str | None, typer.Option(help="The surface that changes.")] = None,
    threshold: Annotated[str | None, typer.Option(help="Policy breaks that send it back, percent.")] = None,
    hours: Annotated[str | None, typer.Option(help="For how many hours in a row.")] = None,
    percent: Annotated[str | None, typer.Option(help="Share of each cohort in canary, percent.")] = None,
    rollback_by: Annotated[
        str | None, typer.Option(help="Who runs the rollback.", metavar="PERSON,…")
    ] = None,
    approve_by: Annotated[str | None, typer.Option(help="Who approves.", metavar="PERSON,…")] = None,
    calibration: Annotated[
        str | None, typer.Option(help="Calibration of next's model.", metavar="ID")
    ] = None,
    cohorts: Annotated[str, typer.Option(help="Who is in scope; all, if left out.", metavar="COHORT,…")] = "",
    rehearsal_date: Annotated[str | None, typer.Option(help="Day of the rehearsal.", metavar="DATE")] = None,
    package: Annotated[
        str | None, typer.Option(help="For a card: the package it exercises.", metavar="ID")
    ] = None,
    packet: Annotated[
        str | None, typer.Option(help="For a card: the packet it prepares.", metavar="ID")
    ] = None,
    scenario: Annotated[
        str | None,
        typer.Option(
            help="For a card: mixed_signal (unless you say), straightforward, class_overlap or correction_surge."
        ),
    ] = None,
    yes: Yes = False,
    workspace: Folder = None,
    output: Output = "text",
) -> None:
    """Write a new document of KIND, with every default written out."""

    def work() -> Answer:
        where = context(workspace=workspace)
        if kind != "packet":
            return run_other(where, kind, document, package=package, packet=packet, scenario=scenario)
        terminal = interactive() and output == "text"
        return run_packet(
            where,
            document,
            change or [],
            surface=surface,
            threshold=threshold,
            hours=hours,
            percent=percent,
            rollback_by=rollback_by,
            approve_by=approve_by,
            calibration=calibration,
            cohorts=cohorts,
            rehearsal_date=rehearsal_date,
            yes=yes,
            ask=asked_on_terminal if terminal else None,
            say=print if terminal else None,
        )

    raise typer.Exit(show("new", work, output))


def run_packet(
    where: Context,
    packet_id: str | None,
    changes: list[str],
    *,
    surface: str | None = None,
    threshold: str | None = None,
    hours: str | None = None,
    percent: str | None = None,
    rollback_by: str | None = None,
    approve_by: str | None = None,
    calibration: str | None = None,
    cohorts: str = "",
    rehearsal_date: str | None = None,
    yes: bool = False,
    ask: Ask | None = None,
    say: Callable[[str], object] | None = None,
) -> Answer:
    """Ask what is missing and write the files of a packet. `say` shows the change before the questions."""
    if packet_id is None:
        raise UsageError(
            "a packet needs an id", type_line="govern new packet ID --change prompt=prompts/NEW-FILE"
        )
    ground = propose.stand(where)
    propose.require_packet_id(ground, packet_id)
    change = propose.change(ground, surface, changes)
    if say is not None:
        say(f" {change.summary}")
    keys = _cohorts(ground, listed(cohorts))
    approvers = [p for p in ground.holders("rollout_approve") if p != ground.author] or [ground.author]
    share = f"Share of {f'`{keys[0]}`' if len(keys) == 1 else 'each cohort'} in canary, percent"
    over, row, part, back, approve = answers(
        (
            Question(
                "Go back when policy breaks exceed, percent of decisions",
                "--threshold", "5", threshold, _number("--threshold", 0, 100),
            ),
            Question("  for how many hours in a row", "--hours", "2", hours, _number("--hours", 1, 1000, whole=True)),
            Question(share, "--percent", "5", percent, _number("--percent", 0.01, 100)),
            Question(
                "Who runs the rollback",
                "--rollback-by", ", ".join(ground.holders("rollback_execute")), rollback_by,
                _people(ground, "rollback_execute"),
            ),
            Question(
                "Who approves", "--approve-by", ", ".join(approvers), approve_by, _people(ground, "rollout_approve")
            ),
        ),
        ask,
        WIDTH,
        yes=yes,
    )  # fmt: skip
    terms = Terms(
        threshold=_value(over),
        hours=int(row),
        percent=_value(part),
        executors=listed(back),
        approvers=listed(approve),
        cohorts=keys,
        rehearsal_date=_date(rehearsal_date or ground.workspace.now()[:10]),
        calibration=calibration,
    )
    proposed = write_packet(ground, packet_id, change, terms)
    return _told(ground, packet_id, proposed, () if say else (f" {change.summary}",), change.summary)


def _told(ground: Ground, packet_id: str, proposed: Proposed, above: tuple[str, ...], summary: str) -> Answer:
    folder = f"{ground.place.folder}/"
    names = [path.removeprefix(folder) for path in sorted(proposed.written)]
    text = (
        f"Wrote {', '.join(names)} and a section of {proposed.runbook}. Blanks left: {len(proposed.blanks)}"
    )
    lines = [*above, *textwrap.wrap(text, 80, break_long_words=False, break_on_hyphens=False)]
    lines += [f"  {blank}" for blank in proposed.blanks]
    if proposed.findings:
        lines.append("Still to mend:")
        lines += [f"  {each.path}:{each.line}: {each.message}; {each.hint}" for each in proposed.findings[:5]]
    line = f'git add -A && git commit -m "Propose {packet_id}" && git push'
    if proposed.blanks or proposed.findings:
        line = "govern validate"
    data = {
        "packet": packet_id,
        "change": summary,
        "written": [*proposed.written, proposed.runbook],
        "blanks": list(proposed.blanks),
    }
    code = ExitCode.LEFT if proposed.blanks or proposed.findings else ExitCode.YES
    return Answer("new", tuple(lines), code, "written", ("next", line), proposed.findings, data)


def run_other(
    where: Context,
    kind: str,
    document_id: str | None,
    *,
    package: str | None = None,
    packet: str | None = None,
    scenario: str | None = None,
) -> Answer:
    """A document of another kind than packet, to fill in."""
    from govern.operations.authoring.sketch import CREATABLE, sketch

    if kind not in CREATABLE:
        close = nearest(kind, ("packet", *CREATABLE))
        there = {"cohorts": "cohorts.yaml is one file: add a key there", "workspace": "govern init writes it"}
        raise UsageError(
            f"no new `{kind}`: {there.get(kind) or ', '.join(('packet', *CREATABLE))}",
            type_line=f"govern new {close} {document_id or 'ID'}" if close and kind not in there else None,
        )
    sketched = sketch(where, kind, document_id, package=package, packet=packet, scenario=scenario)
    what = "Every null is a blank" if kind == "answers" else "Look through every value: they are examples"
    text = f"Wrote {' and '.join(sketched.written)}. {what}"
    lines = textwrap.wrap(text, 80, break_long_words=False, break_on_hyphens=False)
    for note in sketched.notes:
        lines += textwrap.wrap(note, 80, break_long_words=False, break_on_hyphens=False)
    lines += [f"  {each.path}:{each.line}: {each.message}; {each.hint}" for each in sketched.findings[:5]]
    data = {"written": list(sketched.written)}
    code = ExitCode.LEFT if sketched.findings else ExitCode.YES
    return Answer("new", tuple(lines), code, "written", ("next", sketched.next), sketched.findings, data)


def _cohorts(ground: Ground, given: tuple[str, ...]) -> tuple[str, ...]:
    known = tuple(ground.cohorts)
    for key in given:
        if key not in known:
            close = nearest(key, known)
            named = tuple(close or known[0] if each == key else each for each in given) if known else ()
            raise UsageError(
                f"no cohort `{key}` in the dictionary" + (f"; nearest: {close}" if close else ""),
                type_line=f"--cohorts {quote(','.join(named))}" if named else None,
            )
    return tuple(dict.fromkeys(given)) or known


def _people(ground: Ground, role: str) -> Callable[[str], str]:
    holders = ground.holders(role)
    alone = role == "rollout_approve" and not any(person != ground.author for person in holders)

    def check(text: str) -> str:
        for person in listed(text.replace(" ", "")):
            if person not in holders:
                close = nearest(person, holders)
                raise UsageError(
                    f"`{person}` does not hold {role}; {', '.join(holders)} do"
                    + (f"; nearest: {close}" if close else "")
                )
            if role == "rollout_approve" and person == ground.author and not alone:
                raise UsageError(f"{person} wrote this change, and nobody approves what they wrote")
        return text.replace(" ", "")

    return check


def _number(option: str, least: float, most: float, *, whole: bool = False) -> Callable[[str], str]:
    def check(text: str) -> str:
        try:
            value = _value(text.removesuffix("%").strip())
        except ValueError:
            value = least - 1
        if not least <= value <= most or (whole and not isinstance(value, int)):
            what = "a whole number" if whole else "a number"
            raise UsageError(f"{option}: `{text}` is not {what} from {least:g} to {most:g}")
        return text.removesuffix("%").strip()

    return check


def _value(text: str) -> int | float:
    value = float(text)
    return int(value) if value.is_integer() else value


def _date(text: str) -> str:
    from govern.domain.windows import instant

    try:
        instant(text)
    except ValueError:
        raise UsageError(f"`{text}` is not a date", type_line="--rehearsal-date 2026-11-20") from None
    return text[:10]
