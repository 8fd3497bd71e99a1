"""`govern init`: a few questions, the first documents, and the ledger opened on them."""

from collections.abc import Callable
from typing import Annotated

import typer

from govern.cli.frame import agreed, context, interactive, show
from govern.cli.frame import ask as asked_on_terminal
from govern.cli.options import Folder, Output, Yes
from govern.cli.questions import Ask, Question, answers
from govern.domain.policy import Policy
from govern.errors import ExitCode, UsageError
from govern.operations.authoring import initialize
from govern.operations.authoring.first_documents import (
    Plan,
    checked_email,
    checked_folder,
    checked_model,
    checked_surface,
)
from govern.operations.authoring.initialize import Standing, Written
from govern.operations.context import Context
from govern.operations.decide import Outcome
from govern.report.answer import Answer

NAME = "init"
WIDTH = 53  # of a question with its default, as wide as the longest of them


def command(
    folder: Annotated[str | None, typer.Option(help="Folder for the documents.")] = None,
    branch: Annotated[str | None, typer.Option(help="Branch that people review and merge.")] = None,
    surface: Annotated[str | None, typer.Option(help="Surface whose behaviour may change.")] = None,
    model: Annotated[str | None, typer.Option(help="Model in use now.")] = None,
    prompt: Annotated[str | None, typer.Option(help="Prompt file in use now.", metavar="FILE")] = None,
    approver: Annotated[str | None, typer.Option(help="E-mail of a second person who may approve.")] = None,
    simulated: Annotated[bool, typer.Option(help="A ledger for trials: its time is GOVERN_NOW.")] = False,
    yes: Yes = False,
    workspace: Folder = None,
    output: Output = "text",
) -> None:
    """Write the first documents, publish them and open the ledger."""

    def work() -> Answer:
        return run(
            context(workspace=workspace),
            folder=folder,
            branch=branch,
            surface=surface,
            model=model,
            prompt=prompt,
            approver=approver,
            simulated=simulated,
            yes=yes,
            ask=asked_on_terminal if interactive() else None,
            say=print,
            agree=lambda question: agreed(question, yes=yes),
        )

    raise typer.Exit(show(NAME, work, output))


def run(
    context: Context,
    *,
    folder: str | None = None,
    branch: str | None = None,
    surface: str | None = None,
    model: str | None = None,
    prompt: str | None = None,
    approver: str | None = None,
    simulated: bool = False,
    yes: bool = False,
    ask: Ask | None = None,
    say: Callable[[str], object] = lambda _: None,
    agree: Callable[[str], bool] = lambda _: True,
) -> Answer:
    """Ask, write, publish and open, or go on from where an earlier run had to stop."""
    given = checked_folder(folder) if folder is not None else None
    standing = initialize.look(context, folder=given, branch=branch, simulated=simulated)
    if standing.published is not None:
        return _opened(context, standing, standing.published, simulated, ())
    if standing.waiting is not None:
        return _publish(context, standing, standing.waiting, simulated, ())
    if ask is None and not yes:
        raise UsageError("without a terminal this takes --yes", type_line="the same line with --yes")
    initialize.require_place(standing)
    if ask is not None and not yes:
        say(" Enter takes the value in brackets; --yes takes all of them.")
    plan = _asked(context, standing, (given, branch, surface, model, prompt, approver), ask, yes)
    if plan.branch != standing.branch:
        standing = initialize.look(context, folder=plan.folder, branch=plan.branch, simulated=simulated)
        initialize.require_place(standing)
    written = initialize.write(standing, plan)
    what = _what(written)
    if not agree(f"{what} {_question(standing)}"):
        line = f'git add {plan.folder} && git commit -m "Begin governance", merge it, then: govern init'
        return Answer(
            NAME, ("Nothing was committed; the files stay.",), ExitCode.LEFT, "written", ("next", line)
        )
    initialize.commit(standing, written, plan.surface)
    return _publish(context, standing, plan.folder, simulated, (what,) if yes else ())


def _asked(
    context: Context, standing: Standing, given: tuple[str | None, ...], ask: Ask | None, yes: bool
) -> Plan:
    folder, branch, surface, model, prompt, approver = given

    def committed(text: str) -> str:
        return initialize.require_prompt(standing, context.directory, text)

    def reviewer(text: str) -> str:
        return checked_email(text, standing.email)

    default = context.workspace or "governance"
    told = answers(
        (
            Question("Folder for the documents", "--folder", default, folder, checked_folder),
            Question("Branch that people review and merge", "--branch", standing.branch, branch),
            Question("Surface whose behaviour may change", "--surface", "chat", surface, checked_surface),
            Question("Model in use now", "--model", "", model, checked_model),
            Question("Prompt file in use now", "--prompt", "", prompt, committed, empty=True),
            Question(
                "E-mail of a second person who may approve", "--approver", "", approver, reviewer, empty=True
            ),
        ),
        ask,
        WIDTH,
        yes=yes,
    )
    today = (context.simulated or context.now)[:10]
    folder, branch, surface, model, prompt, approver = told
    remote = standing.repository.remote
    return Plan(folder, branch, surface, model, prompt, standing.email, approver, today, remote)


def _publish(
    context: Context, standing: Standing, folder: str, simulated: bool, above: tuple[str, ...]
) -> Answer:
    """Push the committed documents where they stand on the documents branch, then open the ledger."""
    if standing.head != standing.branch:
        line = f"merge {standing.head} into {standing.branch}, then: govern init"
        said = (
            *above,
            f"The documents are committed on {standing.head}, and wait to be on {standing.branch}.",
        )
        return Answer(NAME, said, ExitCode.LEFT, "written", ("next", line))
    refusal = initialize.publish(standing)
    if refusal is None:
        return _opened(context, standing, folder, simulated, above)
    remote = standing.repository.remote
    said = (
        *above,
        f"{refusal.message}:",
        *(f"  {note}" for note in refusal.notes[:5]),
        f"They are committed on {standing.branch} here; for a pull request:",
        f"  git push {remote} {standing.branch}:govern-init",
    )
    return Answer(NAME, said, ExitCode.LEFT, "written", ("next", "merge it, then: govern init"))


def _opened(
    context: Context, standing: Standing, folder: str, simulated: bool, above: tuple[str, ...]
) -> Answer:
    outcome = initialize.open_ledger(context, folder, standing.branch, simulated=simulated)
    cohorts = _cohorts(outcome)
    policy = outcome.workspace.state.in_force
    served = "; ".join(
        f"{cohorts[0] if len(policy.view['surfaces']) == len(cohorts) == 1 else surface} on {details['baseline']}"
        for surface, details in sorted(policy.view["surfaces"].items())
    )
    lines = [*above, f"{outcome.word}: ledger opened, {served} (declared, not yet rehearsed)"]
    if len(cohorts) == 1:
        lines.append(f"One cohort, `{cohorts[0]}`: send that key from today. Without a key: always prev.")
    else:
        lines.append(f"{len(cohorts)} cohorts: send their keys from today. Without a key: always prev.")
    lines += _alone(policy)
    if simulated:
        lines.append("SIMULATED clock: every command takes its time from GOVERN_NOW")
    data = {"folder": folder, "branch": standing.branch, "commit": outcome.oid, "word": outcome.word}
    advice = ("next", "write the new prompt as a NEW file, then: govern new packet ID")
    return Answer(NAME, tuple(lines), advice=advice, data=data)


def _cohorts(outcome: Outcome) -> list[str]:
    dictionary = outcome.workspace.documents().get("cohorts", "main")
    return list(dictionary.value["cohorts"]) if dictionary else []


def _alone(policy: Policy) -> list[str]:
    """One person alone is told so, every time it matters."""
    if any(policy.approvals(border) for border in ("shadow", "canary", "wide", "adopted")):
        return []
    return ["Approvals are 0: nobody reviews what you change. A second person comes in by govern.yaml."]


def _what(written: Written) -> str:
    beside = [
        word
        for word, path in (("hooks", ".pre-commit-config.yaml"), ("CI", ".github/workflows/govern.yml"))
        if path in written.companions
    ]
    parts = [f"{len(written.documents)} documents", *beside]
    return f"Wrote {', '.join(parts[:-1])} and {parts[-1]}." if beside else f"Wrote {parts[0]}."


def _question(standing: Standing) -> str:
    if standing.repository.remote and standing.head == standing.branch:
        return f"Commit and push them to {standing.branch}?"
    return f"Commit them to {standing.head}?"
