"""`govern explain`: what a finding's code or a check means, why it matters, and how it is mended."""

from typing import TYPE_CHECKING, Annotated

import typer

from govern.cli.frame import show
from govern.cli.options import Output
from govern.report.answer import Answer

if TYPE_CHECKING:
    from govern.domain.rules.view import Explanation
    from govern.operations.explanations import Check


def command(
    name: Annotated[
        str | None, typer.Argument(help="A code such as GOV-TRG-001, or a check; all.", metavar="CODE|CHECK")
    ] = None,
    output: Output = "text",
) -> None:
    """Explain a finding's code or a check; without a name, list all of them."""
    from govern.operations.explanations import Check, explained

    def work() -> Answer:
        if name is None:
            return _listed()
        found = explained(name)
        return _of_check(found) if isinstance(found, Check) else _of_code(*found)

    raise typer.Exit(show("explain", work, output))


def _listed() -> Answer:
    from govern.operations.explanations import checks, codes
    from govern.report.wrap import wrapped

    width = max(len(name) for name in checks())
    lines = [line for code, told in codes().items() for line in wrapped(told.title, f"{code}  ")]
    lines += [
        line
        for check in checks().values()
        for line in wrapped(check.about.partition("\n")[0], f"{check.name:<{width}}  ")
    ]
    data = {"codes": {code: told.title for code, told in codes().items()}, "checks": list(checks())}
    return Answer("explain", tuple(lines), advice=("next", "govern explain GOV-TRG-001"), data=data)


def _of_code(code: str, told: "Explanation") -> Answer:
    from govern.report.wrap import wrapped

    lines = [*wrapped(told.title, f"{code}  "), *wrapped(told.why, " why   "), *wrapped(told.mend, " mend  ")]
    return Answer("explain", tuple(lines), data={"code": code, **told._asdict()})


def _of_check(check: "Check") -> Answer:
    from govern.report.wrap import wrapped

    question, _, more = check.about.partition("\n")
    head = wrapped(f"{check.name}   a check at {', '.join(check.borders)}", then=" " * 8)
    lines = [*head, *wrapped(question, " asks   ")]
    lines += [line for part in more.split("\n\n") if part.strip() for line in wrapped(part.strip(), " " * 8)]
    lines += wrapped(f"{check.mode}; policy and packet can only make it stricter", " mode   ")
    if check.waivable:
        lines += wrapped("it can be passed over, owned and for a time:", " waiver ")
        lines.append(f'   govern packet waive PACKET --check {check.name} --reason "..." \\')
        lines.append("         --expires DATE")
    else:
        lines += wrapped("nobody can pass over it", " waiver ")
    lines += wrapped(check.mend, " mend   ")
    data = {
        "check": check.name,
        "about": check.about,
        "borders": check.borders,
        "mode": check.mode,
        "waivable": check.waivable,
        "mend": check.mend,
    }
    return Answer("explain", tuple(lines), data=data)
