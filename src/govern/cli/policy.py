"""`govern policy`: what is in force, what govern.yaml would change, and bringing it into force."""

from collections.abc import Sequence

import typer

from govern.cli.frame import context, show
from govern.cli.options import Actor, At, DryRun, Fetch, Folder, Output, Yes
from govern.cli.write import write
from govern.domain.decision import Accepted
from govern.domain.policy_change import AdoptPolicy, ApprovePolicy
from govern.operations.decide import Outcome
from govern.operations.workspace import Workspace
from govern.report.answer import Answer

app = typer.Typer(no_args_is_help=True, help="The policy in force, and changing it.")


@app.command("show")
def show_policy(
    at: At = None, fetch: Fetch = False, workspace: Folder = None, output: Output = "text"
) -> None:
    """Who holds which role, and the numbers in force."""
    from govern.operations.looking_back import reading
    from govern.report.policies import policy_answer

    def work() -> Answer:
        there = reading(context(workspace=workspace), at=at, fetch=fetch)
        return policy_answer(there.state.in_force, there.simulated)

    raise typer.Exit(show("policy show", work, output))


@app.command()
def diff(fetch: Fetch = False, workspace: Folder = None, output: Output = "text") -> None:
    """What govern.yaml on the published branch would change, value by value, and who may approve it."""
    from govern.operations.looking_back import reading
    from govern.operations.policies import proposal
    from govern.report.policies import proposal_answer

    def work() -> Answer:
        there = reading(context(workspace=workspace), fetch=fetch)
        return proposal_answer(proposal(there), there.state.branch)

    raise typer.Exit(show("policy diff", work, output))


@app.command()
def approve(
    dry_run: DryRun = False, actor: Actor = None, workspace: Folder = None, output: Output = "text"
) -> None:
    """Approve the published govern.yaml as the next policy; it counts for exactly these values."""

    def work() -> Answer:
        return write(
            "policy approve",
            context(actor=actor, workspace=workspace),
            lambda _: ApprovePolicy(),
            dry_run=dry_run,
            before=_differences if output == "text" else None,
            told=lambda outcome: f"epoch {outcome.records[0].body['epoch']} approved; it is not in force yet",
        )

    raise typer.Exit(show("policy approve", work, output))


@app.command()
def adopt(
    yes: Yes = False,
    dry_run: DryRun = False,
    actor: Actor = None,
    workspace: Folder = None,
    output: Output = "text",
) -> None:
    """Bring the published govern.yaml into force, once enough people have approved it."""

    def told(outcome: Outcome) -> str:
        bound = [record.stream.partition("/")[2] for record in outcome.records[1:]]
        new = f"; new surface: {', '.join(bound)}" if bound else ""
        return f"policy epoch {outcome.records[0].body['policy']['epoch']} is in force{new}"

    def work() -> Answer:
        return write(
            "policy adopt",
            context(actor=actor, workspace=workspace),
            lambda _: AdoptPolicy(),
            dry_run=dry_run,
            question="Adopt?",
            before=_differences if output == "text" else None,
            yes=yes,
            told=told,
        )

    raise typer.Exit(show("policy adopt", work, output))


def _differences(there: Workspace, _: Accepted) -> Sequence[str]:
    from govern.operations.policies import proposal
    from govern.report.policies import change_lines

    return change_lines(proposal(there))
