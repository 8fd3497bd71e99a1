"""`govern mitigation decide`: what becomes of a cohort, with the work that a denial is."""

from collections.abc import Sequence
from typing import Annotated

import typer

from govern.cli.frame import context, show
from govern.cli.options import Actor, Cohort, DryRun, Folder, Output, moment
from govern.cli.write import write
from govern.domain.decision import Refused
from govern.domain.mitigation.lanes import open_lane
from govern.domain.mitigation.reentry import assess
from govern.domain.mitigation.reentry_decision import DecideReentry
from govern.errors import UsageError
from govern.operations.decide import Outcome
from govern.report import lanes
from govern.report.answer import Answer
from govern.report.wrap import wrapped

Rejected = Annotated[
    list[str] | None,
    typer.Option(metavar="[CRITERION=]VALUE", help="For all criteria that are not met, or one."),
]


def decide(
    cohort: Cohort,
    outcome: Annotated[
        str,
        typer.Option(help="What becomes of it.", metavar="approved|provisional|kept|containment|redesign"),
    ],
    owner: Rejected = None,
    due: Rejected = None,
    require: Rejected = None,
    batch: Annotated[
        str | None, typer.Option(help="Provisional: the pack that is replayed once more.", metavar="PACK")
    ] = None,
    until: Annotated[
        str | None,
        typer.Option(help="Provisional: by when; else by the end of the next window.", metavar="DATE"),
    ] = None,
    dry_run: DryRun = False,
    actor: Actor = None,
    workspace: Folder = None,
    output: Output = "text",
) -> None:
    """Decide on COHORT's re-entry. What keeps it out names an owner, a due date and the evidence that is wanted."""
    name = "mitigation decide"

    def work() -> Answer:
        command = DecideReentry(
            cohort,
            outcome,
            rejections(owner or (), due or (), require or ()),
            batch,
            moment("--until", until) if until else None,
        )
        where = context(actor=actor, workspace=workspace)
        return write(
            name,
            where,
            lambda _: command,
            dry_run=dry_run,
            shown=lambda o: _against(o, cohort),
            told=_decided,
        )

    raise typer.Exit(show(name, work, output))


def judged_lines(outcome: Outcome, cohort: str) -> list[str]:
    """The criteria as they were judged, above what became of the command."""
    state = outcome.workspace.state
    lane = open_lane(state, cohort)
    if lane is None:
        return []
    found = assess(state, outcome.workspace.documents(), lane, outcome.workspace.now())
    return [*wrapped(f"{lane.id}, attempt {lane.attempt}"), *lanes.assessment_lines(found)]


def _against(outcome: Outcome, cohort: str) -> list[str]:
    """What a refused decision contradicts; of one that was taken the evidence packet keeps it."""
    return judged_lines(outcome, cohort) if isinstance(outcome.decision, Refused) else []


def _decided(outcome: Outcome) -> str:
    body = outcome.records[0].body
    rows = ", ".join(f"{each['action']} {each['code']} ({each['owner']})" for each in body["rejections"])
    more = f"; {rows}" if rows else ""
    redesign = f"; a redesign is proposed: {', '.join(body['proposed'])}" if body["proposed"] else ""
    return f"{body['mitigation_mode_id']} {body['outcome']}, packet {body['packet']['id']}{more}{redesign}"


def rejections(
    owner: Sequence[str], due: Sequence[str], require: Sequence[str]
) -> tuple[dict[str, str], ...]:
    """`VALUE` for all criteria, `CRITERION=VALUE` for one; an entry for each that was named."""
    given: dict[str | None, dict[str, str]] = {}
    for field, values in (("owner", owner), ("due", due), ("required", require)):
        for value in values:
            criterion, text = _split(value)
            given.setdefault(criterion, {})[field] = moment("--due", text) if field == "due" else text
    for_all = given.pop(None, {})
    entries = [{"criterion": name, **for_all, **fields} for name, fields in given.items() if name]
    return tuple([*entries, for_all] if for_all else entries)


def _split(value: str) -> tuple[str | None, str]:
    """An id before the first `=` names a criterion; anything else is the value itself."""
    name, sign, text = value.partition("=")
    if not sign or not name.replace("-", "").isalnum():
        return None, value
    if not text.strip():
        raise UsageError(f"`{value}` gives {name} no value")
    return name, text
