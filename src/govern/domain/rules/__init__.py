"""The shelf of rules: what two documents say about each other. One small file a rule, listed here.

A rule looks at one pure value and gives findings; rules do not know one another. What a single document says
by itself is the business of its schema.
"""

from collections.abc import Callable, Iterator

from govern.domain.findings import Finding
from govern.domain.rules import (
    calibration_lock,
    card_clock,
    card_figures,
    card_package,
    circles,
    cohort_keys,
    decision_criteria,
    kpi_anytime,
    kpi_bands,
    kpi_measures,
    model_versions,
    packet_baselines,
    packet_cadence,
    packet_gates,
    packet_kpis,
    packet_owners,
    packet_scope,
    people,
    reentry_criteria,
    references,
    rollback_checklist,
    selectors,
    trigger_counters,
    trigger_packages,
    trigger_units,
)
from govern.domain.rules.view import Explanation, View

SHELF = (
    references,
    circles,
    cohort_keys,
    selectors,
    people,
    model_versions,
    kpi_bands,
    kpi_measures,
    kpi_anytime,
    trigger_units,
    trigger_counters,
    trigger_packages,
    decision_criteria,
    card_package,
    card_figures,
    card_clock,
    reentry_criteria,
    packet_baselines,
    packet_owners,
    packet_scope,
    packet_kpis,
    packet_gates,
    packet_cadence,
    rollback_checklist,
    calibration_lock,
)
RULES: tuple[Callable[[View], Iterator[Finding]], ...] = tuple(rule.check for rule in SHELF)
CODES: dict[str, Explanation] = {code: told for rule in SHELF for code, told in rule.CODES.items()}


def check_all(view: View) -> Iterator[Finding]:
    """The findings of every rule, in the order of the shelf."""
    for rule in RULES:
        yield from rule(view)
