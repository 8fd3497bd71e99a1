"""`method: anytime` on shadow pairs: what its gate could not use is said before anything is measured.

What a gate makes of a KPI stands in `paired_rows`; on decisions, where prev is the other arm, in `packet_kpis`.
"""

from collections.abc import Iterator

from govern.domain.document import Document
from govern.domain.evidence.paired_rows import MEANS, SHARES, UnusableError, margin_of
from govern.domain.findings import Finding
from govern.domain.rules.view import Explanation, View, finding, items, number, text

CODES = {
    "GOV-KPI-006": Explanation(
        "no mean over pairs",
        "method anytime bets on the mean of a bounded difference; a count, a median or a rank is none.",
        "Take mean_score_delta, net_win_rate or policy_flip_rate, or use method point with bands.",
    ),
    "GOV-KPI-007": Explanation(
        "no range of the score",
        "A difference of scores is bounded by the lowest and the highest score; without them nothing is proven.",
        "Write range: [LOWEST, HIGHEST], for shares [0, 1].",
    ),
    "GOV-KPI-008": Explanation(
        "nothing could fail it",
        "A margin as wide as the range, or flips that are called good, would pass whatever happens.",
        "Write a margin inside the range, and worse_when: higher for flips.",
    ),
    "GOV-KPI-009": Explanation(
        "clusters are counted on pairs alone",
        "Decisions are counted one by one, so that n would be called clusters and be decisions.",
        "Take sample_unit: cluster out, or measure the KPI on shadow_pairs.",
    ),
}
PAIRS = "shadow_pairs"


def check(view: View) -> Iterator[Finding]:
    for kpi in view.of("kpi"):
        on_pairs = text(kpi.value, "source") == PAIRS
        if on_pairs and text(kpi.value, "method") == "anytime":
            yield from _usable(kpi)
        if not on_pairs and text(kpi.value, "sample_unit") == "cluster":
            hint = f"source {text(kpi.value, 'source')} counts one by one; take sample_unit out"
            title = "clusters are counted on pairs alone"
            yield finding(kpi, ("sample_unit",), "GOV-KPI-009", title, hint)


def _usable(kpi: Document) -> Iterator[Finding]:
    measure = text(kpi.value, "measure")
    if measure not in MEANS:
        hint = f"{measure or 'a query of your own'} is none; those that are: {', '.join(MEANS)}"
        yield finding(kpi, ("measure",), "GOV-KPI-006", "no mean over pairs", hint)
    elif measure not in SHARES and not _has_range(kpi):
        hint = "write the lowest score and the highest, for example range: [0, 1]"
        pointer = ("range",) if "range" in kpi.value else ("measure",)
        yield finding(kpi, pointer, "GOV-KPI-007", "no range of the score", hint)
    elif measure == "policy_flip_rate" and text(kpi.value, "worse_when") == "lower":
        hint = "more flips from pass to fail are worse. Write: worse_when: higher"
        yield finding(kpi, ("worse_when",), "GOV-KPI-008", "nothing could fail it", hint)
    elif number(kpi.value, "margin") is not None:
        try:
            margin_of({**kpi.value, "unit": text(kpi.value, "unit")})
        except UnusableError as reason:
            yield finding(kpi, ("margin",), "GOV-KPI-008", "nothing could fail it", str(reason))


def _has_range(kpi: Document) -> bool:
    low, high = (number(kpi.value, "range", place) for place in (0, 1))
    return len(items(kpi.value, "range")) == 2 and low is not None and high is not None and low < high
