"""What a packet measures: something before anybody is bound, something after, and what can be compared."""

from collections.abc import Iterator

from govern.domain.document import Document
from govern.domain.findings import Finding
from govern.domain.rules.view import Explanation, View, finding, number, text, texts

CODES = {
    "GOV-PKT-011": Explanation(
        "nothing measured at a border",
        "KPIs on shadow pairs decide shadow -> canary, KPIs on decisions the later borders.",
        "List at least one KPI with source shadow_pairs and one on decisions.",
    ),
    "GOV-KPI-004": Explanation(
        "nothing to compare with",
        "method anytime compares next with prev at the same time; at 100 percent nobody is on prev.",
        "Lower canary.percent, or use method point with bands.",
    ),
}
NOT_DECISIONS = ("shadow_pairs", "replays", "records")


def check(view: View) -> Iterator[Finding]:
    for packet in view.of("packet"):
        names = texts(packet.value, "monitoring", "kpis")
        kpis = {name: kpi for name in names if (kpi := view.get("kpi", name))}
        yield from _arms(packet, names, kpis)
        if names and len(kpis) == len(set(names)):
            yield from _sources(packet, kpis)


def _sources(packet: Document, kpis: dict[str, Document]) -> Iterator[Finding]:
    sources = {text(kpi.value, "source") for kpi in kpis.values()}
    lacking = []
    if "shadow_pairs" not in sources:
        lacking.append("none on shadow pairs: shadow -> canary would rest on nothing")
    if sources <= set(NOT_DECISIONS):
        lacking.append("none on decisions: the borders after canary would rest on nothing")
    if lacking:
        pointer = ("monitoring", "kpis")
        message = "nothing measured at a border"
        yield finding(packet, pointer, "GOV-PKT-011", message, "; ".join(lacking), key=True)


def _arms(packet: Document, names: list[str], kpis: dict[str, Document]) -> Iterator[Finding]:
    percent = number(packet.value, "canary", "percent")
    for place, name in enumerate(names):
        kpi = kpis.get(name)
        if kpi is None or percent is None or percent < 100:
            continue
        if text(kpi.value, "method") == "anytime" and text(kpi.value, "source") not in NOT_DECISIONS:
            hint = "method anytime compares with prev, and at canary.percent 100 nobody is on prev"
            pointer = ("monitoring", "kpis", place)
            yield finding(packet, pointer, "GOV-KPI-004", "nothing to compare with", hint)
