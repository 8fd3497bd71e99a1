"""The limits of a KPI: bands or a margin, on the bad side, in order, and in the unit that was meant."""

from collections.abc import Iterator

from govern.domain.document import Document, Pointer
from govern.domain.findings import Finding
from govern.domain.rules.view import Explanation, View, finding, mapping, number, text

CODES = {
    "GOV-KPI-001": Explanation(
        "bands or a margin, exactly one",
        "method point compares with bands, method anytime with a margin.",
        "Keep the one that the method reads.",
    ),
    "GOV-KPI-002": Explanation(
        "bands out of order",
        "A value must reach the warning band before the critical one.",
        "Move the critical limit further to the bad side than the warning limit.",
    ),
    "GOV-KPI-003": Explanation(
        "a very small percentage",
        "5 percent is written 5; 0.05 percent is 5 in 10,000 and often a share by mistake.",
        "Write 5 for five percent; leave it if so little was meant.",
    ),
    "GOV-KPI-005": Explanation(
        "band on the good side",
        "worse_when says which way is bad; a band on the other side would fail what is good.",
        "Use above or at_least where higher is worse, below or at_most where lower is worse.",
    ),
}
UP, DOWN = ("above", "at_least"), ("below", "at_most")
SIDES = {"higher": (UP,), "lower": (DOWN,), "either": (UP, DOWN)}
SMALL = 0.2  # percent


def check(view: View) -> Iterator[Finding]:
    for kpi in view.of("kpi"):
        yield from _one_of_two(kpi)
        yield from _sides(kpi)
        for side in SIDES.get(text(kpi.value, "worse_when") or "", ()):
            yield from _order(kpi, side)
        if text(kpi.value, "unit") == "percent":
            yield from _small(kpi)


def _one_of_two(kpi: Document) -> Iterator[Finding]:
    method = text(kpi.value, "method")
    wanted, other = ("margin", "bands") if method == "anytime" else ("bands", "margin")
    if method not in ("point", "anytime"):
        return
    if other in kpi.value:
        hint = f"method: {method} reads {wanted}; take {other} out" + (
            "" if wanted in kpi.value else f" and write {wanted}"
        )
        yield finding(kpi, (other,), "GOV-KPI-001", "bands or a margin, exactly one", hint, key=True)
    elif wanted not in kpi.value:
        hint = f"method: {method} reads {wanted}, and there is none"
        yield finding(kpi, ("method",), "GOV-KPI-001", "bands or a margin, exactly one", hint)


def _sides(kpi: Document) -> Iterator[Finding]:
    worse = text(kpi.value, "worse_when") or ""
    bad = [operator for side in SIDES.get(worse, ()) for operator in side]
    for band in ("warning", "critical"):
        for operator in mapping(kpi.value, "bands", band):
            if bad and operator in (*UP, *DOWN) and operator not in bad:
                hint = f"with worse_when: {worse}, a band says {' or '.join(bad)}"
                pointer = ("bands", band, operator)
                yield finding(kpi, pointer, "GOV-KPI-005", "band on the good side", hint, key=True)


def _order(kpi: Document, side: tuple[str, str]) -> Iterator[Finding]:
    warning, critical = (_limit(kpi, ("bands", band), side) for band in ("warning", "critical"))
    if warning is None or critical is None:
        return
    (where, first), (operator, second) = warning, critical
    up = side == UP
    if second < first if up else second > first:
        line = kpi.positions.of(("bands", "warning", where)).line
        better = round(first + abs(first - second) * (1 if up else -1), 6)
        hint = (
            f"with worse_when: {text(kpi.value, 'worse_when')}, critical lies {'above' if up else 'below'} "
            f"warning ({first}, line {line}). Write, for example: {{{operator}: {better}}}"
        )
        place = ("bands", "critical", operator)
        yield finding(kpi, place, "GOV-KPI-002", "bands out of order", hint)


def _limit(kpi: Document, pointer: Pointer, side: tuple[str, str]) -> tuple[str, int | float] | None:
    """The operator and the number of a band on one side."""
    for operator in side:
        value = number(kpi.value, *pointer, operator)
        if value is not None:
            return operator, value
    return None


def _small(kpi: Document) -> Iterator[Finding]:
    for band in ("warning", "critical"):
        for operator in (*UP, *DOWN):
            value = number(kpi.value, "bands", band, operator)
            if value is not None and 0 < abs(value) < SMALL:
                hint = f"{value} percent is {abs(value) * 100:g} in 10,000. Was {value * 100:g} meant?"
                yield finding(
                    kpi,
                    ("bands", band, operator),
                    "GOV-KPI-003",
                    "a very small percentage",
                    hint,
                    severity="warning",
                )
