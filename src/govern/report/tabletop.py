"""A tabletop in words: what each trigger did on the near-miss, how the way back went, and what the template gets."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from govern.report.drill_run import clocked
from govern.report.wrap import wrapped

if TYPE_CHECKING:
    from govern.operations.drills.tabletop import Field, Tried

STAGES = ("near-miss", "triggers", "mock rollback", "missing fields")


def head(number: int) -> str:
    return f"[{number}/4 {STAGES[number - 1]}]"


def trigger_lines(tried: Sequence["Tried"]) -> list[str]:
    """What would have fired, and when; where there are no values, how long it takes."""
    return [line for each in tried for line in wrapped(f" {each.trigger}: {_tried(each)}", then="   ")]


def _tried(each: "Tried") -> str:
    rule = f"{each.condition}, {each.needs} needed"
    if not each.windows:
        return f"{rule}: fires after {each.within} at the earliest, then {each.action} ({each.owner})"
    if not each.fired:
        return f"{rule}: would NOT have fired in {each.windows} windows"
    name, first = min(each.fired, key=lambda fired: fired[1])
    who = f" for {name}" if name else ""
    return f"{rule}: FIRES in window {first + 1} of {each.windows}{who}, then {each.action} ({each.owner})"


def back_lines(walked: Any, seconds: float) -> list[str]:
    """The mock rollback by the clock, and the clone."""
    said = f" mock rollback {clocked(seconds)}; on a clone in {walked.seconds:g} s, "
    if walked.same:
        return wrapped(f"{said}{len(walked.cohorts)} cohorts back on the frozen baseline", then="   ")
    return wrapped(f"{said}NOT back: {'; '.join(walked.differs)}", then="   ")


def field_lines(fields: Sequence["Field"]) -> list[str]:
    return [line for each in fields for line in wrapped(f" {each.name:<22} {each.title}", then=" " * 24)]


def template_lines(fields: Mapping[str, "Field"], missing: Sequence[str], folder: str) -> list[str]:
    """The lines that the team's template of packets gets."""
    place = f"{folder}/templates/packet.yaml"
    lines = wrapped(f"for {place}, so that the next packet has them:")
    for name in missing:
        line = fields[name].line if name in fields else f"{name}:"
        above = name.rpartition(".")[0]
        lines += wrapped(f"{line}" + (f"   # within {above}" if above else ""), "  ", "    ")
    return lines
