"""A rehearsal of the way back in words: what was walked, whether all came back, and what did not."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from govern.errors import ExitCode
from govern.report.answer import Answer
from govern.report.wrap import wrapped

if TYPE_CHECKING:
    from govern.operations.review.rehearse_proposed import Proposal, Tried

BACK = "all back on the frozen baseline, same bytes"
NOT_BACK = "DID NOT COME BACK"


def walked_lines(packet: str, cohorts: Sequence[str], seconds: float, differs: Sequence[str]) -> list[str]:
    counted = f"{len(cohorts)} cohort{'s' * (len(cohorts) != 1)}"
    head = f"{packet}: {counted} put on next and taken back in a clone, {seconds:g} s"
    return [
        *wrapped(head, then="  "),
        NOT_BACK if differs else BACK,
        *(line for each in differs for line in wrapped(each, "  ")),
    ]


def proposed_answer(proposal: "Proposal", tried: Sequence["Tried"]) -> Answer:
    """What a revision's packets gave; the line that leads on judges all of its documents."""
    ledger = proposal.workspace.tip or ""
    head = (
        f"documents of {proposal.revision}, {proposal.commit[:7]}; policy and records of ledger {ledger[:7]}"
    )
    lines = [*wrapped(head, then="  "), *(["SIMULATED clock"] if proposal.workspace.simulated else [])]
    for each in tried:
        lines += _tried_lines(each, proposal.revision)
    lines.append("nothing was recorded" if tried else "no packet changed")
    ok = all(each.ok for each in tried)
    refused = next((each.refused for each in tried if each.refused), None)
    line = (refused.type_line if refused else None) or proposal.check_line
    return Answer(
        "rollback rehearse",
        tuple(lines),
        ExitCode.YES if ok else ExitCode.NO,
        "passed" if ok else "failed",
        ("next" if ok else "type", line),
        data={
            "revision": proposal.revision,
            "commit": proposal.commit,
            "ledger": ledger,
            "packets": [_data(each) for each in tried],
        },
    )


def _tried_lines(tried: "Tried", revision: str) -> list[str]:
    if tried.ended:
        return wrapped(f"{tried.packet}: {tried.ended.replace('_', ' ')}, it has ended", then="  ")
    if tried.refused is not None:
        lines = wrapped(f"{tried.packet}: refused: {tried.refused.message}", then="  ")
        return lines + [line for note in tried.refused.notes for line in wrapped(note, "  ", "    ")]
    assert tried.rehearsed is not None
    walked = tried.rehearsed
    lines = walked_lines(tried.packet, walked.cohorts, walked.seconds, walked.differs)
    if tried.frozen:
        lines += wrapped(f"it is open: what is frozen was walked, not what {revision} says", "  ")
    return lines


def _data(tried: "Tried") -> dict[str, Any]:
    """`reasons` say why it was not walked; `ended` in which phase it has ended."""
    walked, refused = tried.rehearsed, tried.refused
    return {
        "packet": tried.packet,
        "cohorts": list(walked.cohorts) if walked else [],
        "same": walked.same if walked else None,
        "seconds": walked.seconds if walked else None,
        "differs": list(walked.differs) if walked else [],
        "reasons": [refused.message, *refused.notes] if refused else [],
        "ended": tried.ended or None,
        "frozen": tried.frozen,
    }
