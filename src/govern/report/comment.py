"""The comment on a pull request: one table of what is wrong, what it would turn, and the way out.

Everything that people wrote is put into code spans, so that it can neither format the page nor call anybody.
"""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from govern.domain.difference import shown
from govern.report.answer import printable

if TYPE_CHECKING:
    from govern.operations.review.check import Checked
    from govern.operations.review.effects import Effect
    from govern.operations.review.frozen import Agreed, Moved

MARK = "<!-- govern check -->"  # by which a job finds its own comment, to edit it in place


def comment(checked: "Checked", verdict: str, way_out: str) -> list[str]:
    """Lines of Markdown; the first is invisible and always the same."""
    counted = [f for f in checked.findings if f.severity != "note"]
    told = ", ".join(
        _count(sum(finding.severity == word for finding in checked.findings), word)
        for word in ("error", "warning", "note")
        if word == "error" or any(finding.severity == word for finding in checked.findings)
    )
    lines = [MARK, f"### govern: {'cannot say' if verdict == 'inconclusive' else verdict}, {told}"]
    if counted:
        lines += ["| what | where | in force -> here |", "|---|---|---|", *_rows(checked)]
    lines.append("")
    for effect in checked.effects:
        lines.append(f"**Effect** {_effect(effect)}")
    lines += list(dict.fromkeys(_since(moved) for moved in checked.comparison.moved if _is_frozen(moved)))
    lines += [_agreed(agreed) for agreed in checked.comparison.agreed]
    if way_out:
        whose = "; someone who did not open it applies it." if way_out.startswith("govern packet") else ""
        lines.append(f"**Way out** {_code(way_out)}{whose}")
    if checked.ledger:
        lines.append(f"Judged by the ledger at {checked.ledger[:7]}, not by what this branch says.")
    else:
        lines.append("There was no ledger to judge it by.")
    return [line for number, line in enumerate(lines) if line or number < len(lines) - 1]


def _rows(checked: "Checked") -> Iterable[str]:
    moved = {each.finding: each for each in checked.comparison.moved}
    for finding in checked.findings:
        if finding.severity == "note":
            continue
        path = finding.path.removeprefix(f"{checked.report.folder}/")
        where = f"{path}:{finding.line}" if finding.line else path
        if finding in moved and moved[finding].field and finding.code == "GOV-FRZ-001":
            each = moved[finding]
            change = _code(f"{each.field} {shown(each.was)} -> {shown(each.now)}")
        else:
            change = _code(finding.hint.partition("\n")[0]) if finding.hint else ""
        yield f"| {finding.message} ({finding.code}) | {_code(where)} | {change} |"


def _effect(effect: "Effect") -> str:
    if effect.unknown:
        return f"of the changes to {effect.packet}: {_code(effect.unknown)}"
    if not effect.turned:
        still = ", ".join(_code(f"{turn.cohort} {turn.measured}".strip()) for turn in effect.still)
        return f"none today{f': {still} still fail' if still else ''}."
    said = [
        f"{_code(f'{turn.cohort or turn.check} {turn.measured}'.strip())} {turn.was} -> {turn.becomes}"
        for turn in effect.turned
    ]
    return f"{', '.join(said)}."


def _is_frozen(moved: "Moved") -> bool:
    return moved.finding.severity == "error"


def _since(moved: "Moved") -> str:
    return " ".join(
        f"**Fixed** since {hold.at[:10]} by {_code(hold.record)} ({hold.how})." for hold in moved.holds
    )


def _agreed(agreed: "Agreed") -> str:
    change = agreed.change
    values = ", ".join(_code(f"{field} {shown(was)} -> {shown(now)}") for field, was, now in agreed.values)
    ended = (
        f"applied by {_code(change.applied.actor)} on {change.applied.at[:10]}"
        if change.applied
        else "open: in force once somebody else applies it"
    )
    reason = _code(str(change.opened.body["reason"]))
    return f"**Change control** {_code(change.opened.name)}: {values}, {reason}; {ended}."


def _code(text: str) -> str:
    """Foreign text as code that fits into a cell of a table."""
    plain = printable(text).replace("\n", " ").replace("`", "'").replace("|", "\\|")
    return f"`{plain}`" if plain.strip() else ""


def _count(number: int, word: str) -> str:
    return f"{number} {word}" + ("" if number == 1 else "s")
