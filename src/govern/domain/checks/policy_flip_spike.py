"""Do more decisions lose their policy pass in canary than shadow showed, in a cohort where nobody has said why?

With pairs scored since the cohort came into canary: its share of pass -> fail flips may neither lie beyond the warning
band of the KPI on flips nor above twice (policy.shadow.flip_spike_factor) the share that shadow showed, unless every
flip is explained. Without such pairs: the share of decisions on next that broke the policy, in the newest cycle,
against the same multiple of the share of pairs that failed on prev. None among n pairs counts as one: n pairs show
no smaller share.

To pass: Explain each flip, or measure again: govern evidence explain PACKET; govern evidence shadow PACKET --pairs
FILE.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from govern.domain import bands
from govern.domain.evidence.cycles import complete
from govern.domain.evidence.newest import Row, newest_items, sets_since, table
from govern.domain.evidence.pairs import uncovered
from govern.domain.evidence.windows import PAIRS, Key, kpis_by_window, row_of
from govern.domain.gates import Border
from govern.domain.records import Record
from govern.domain.verdict import Outcome, Verdict

SHOWN = 3  # cohorts that are told apart where all pass
FLIPS, BREAKS = "policy_flip_rate", "policy_dislocation_rate"


@dataclass(frozen=True, slots=True)
class Found:
    """One cohort: what was compared; empty where there is nothing to compare."""

    outcome: Outcome
    text: str = ""
    todo: str = ""  # what brings it further


def check(border: Border) -> Verdict:
    on_next = [cohort for cohort in border.cohorts if cohort in border.packet.on_next]
    found = {cohort: _of(border, cohort) for cohort in on_next}
    uses = tuple(record.name for record in sets_since(border))
    bad = {c: each.outcome for c, each in found.items() if each.outcome not in ("passed", "not_applicable")}
    if bad:
        overall: Outcome = "failed" if "failed" in bad.values() else "inconclusive"
        text = "; ".join(_told({cohort: found[cohort].text for cohort in bad}))
        verb = next((found[cohort].todo for cohort in bad if found[cohort].todo), "")
        todo = f"govern evidence {verb} {border.packet.id}" if verb else None
        return Verdict("policy_flip_spike", overall, text, bad, uses=uses, todo=todo)
    if all(each.outcome == "not_applicable" for each in found.values()):
        text = "neither pairs in canary nor policy breaks on decisions to compare with shadow"
        return Verdict("policy_flip_spike", "not_applicable", text, uses=uses)
    told = _told({cohort: each.text for cohort, each in found.items() if each.text})
    text = "; ".join(told) if len(told) <= SHOWN else f"{len(told)} cohorts within their limits"
    return Verdict("policy_flip_spike", "passed", text, uses=uses)


def _told(said: Mapping[str, str]) -> list[str]:
    """What is the same of several cohorts is said once."""
    groups: dict[str, list[str]] = {}
    for cohort, text in said.items():
        groups.setdefault(text, []).append(cohort)
    return [f"{', '.join(cohorts)}: {text}" for text, cohorts in groups.items()]


def _of(border: Border, cohort: str) -> Found:
    since = _since(border, cohort)
    before = _base(border, cohort, [r for r in reversed(border.packet.evidence) if r not in since])
    now = _base(border, cohort, since)
    if now is not None and now["n"]:
        return _on_pairs(border, cohort, now, before)
    return _on_decisions(border, cohort, before) if before is not None else Found("not_applicable")


def _on_pairs(border: Border, cohort: str, now: Row, before: Row | None) -> Found:
    rate, flips = _share(now, now["counts"]["pass_to_fail"]), now["counts"]["pass_to_fail"]
    limits = [] if before is None else [_limit(border, _share(before, before["counts"]["pass_to_fail"], 1))]
    over = any(rate > limit for limit in limits) or _beyond_band(border, cohort)
    text = f"{rate:.2g} % of {now['n']:,} pairs flipped" + "".join(
        f", limit {limit:.2g} %" for limit in limits
    )
    items, digest = newest_items(border).get(cohort, ([], ""))
    given = [record.body for record in border.packet.explanations if record.body["items"] == digest]
    left = uncovered([item for item in items if item["flip"] == "pass_to_fail"], given).get(cohort, 0)
    if over and (left or not items):
        return Found("failed", f"{text}, {left or flips} without an explanation", "explain")
    return Found("passed", text + (", all explained" if over else ""))


def _beyond_band(border: Border, cohort: str) -> bool:
    """Whether the newest value of a KPI on flips lies beyond its warning band."""
    for kpi in border.kpis(PAIRS):
        if kpi["measure"] == FLIPS and kpi["method"] == "point":
            for record in _since(border, cohort)[:1]:
                rows = (
                    row for row in table(border, record.body["table"]["sha256"]) if row["kpi"] == kpi["id"]
                )
                row = next((row for row in rows if row["cohort"] == cohort), None)
                found = bands.judge(kpi, row)
                if found.warning or found.outcome == "failed":
                    return True
    return False


def _on_decisions(border: Border, cohort: str, before: Row) -> Found:
    kpi = next((kpi for kpi in kpis_by_window(border) if kpi["measure"] == BREAKS), None)
    if kpi is None:
        return Found("not_applicable")
    cycles = complete(border, cohort, kpi["warm_up"])
    if not cycles:
        return Found("inconclusive", "no complete cycle yet")
    row = row_of(border, Key(kpi["id"], cohort, cycles[-1]))
    if row is None:
        return Found("inconclusive", f"not collected in {cycles[-1]}", "collect")
    if not row["n"] or "k" not in row["counts"]:
        return Found("not_applicable")
    passed = before["counts"]["pass_to_pass"] + before["counts"]["pass_to_fail"]
    limit = _limit(border, _share(before, before["n"] - passed, 1))
    rate = _share(row, row["counts"]["k"])
    text = f"{rate:.2g} % of {row['n']:,} decisions broke the policy, limit {limit:.2g} %"
    return Found("failed" if rate > limit else "passed", text)


def _share(row: Row, count: int, least: int = 0) -> float:
    """In percent."""
    return 100 * max(count, least) / row["n"] if row["n"] else 0.0


def _limit(border: Border, seen: float) -> float:
    return float(border.policy.numbers["shadow"]["flip_spike_factor"]) * seen


def _since(border: Border, cohort: str) -> list[Record]:
    """Sets of pairs recorded since the cohort came into canary, newest first."""
    entered = [
        record.n
        for record in border.packet.history
        if record.event.startswith(("phase_advanced/", "cohorts_added/"))
        and record.body.get("to", "canary") == "canary"
        and cohort in record.body["cohorts"]
    ]
    return [record for record in sets_since(border) if record.n > min(entered, default=0)]


def _base(border: Border, cohort: str, records: list[Record]) -> Mapping[str, object] | None:
    """The row that counts the pairs of a cohort, of the newest of these records that has one."""
    for record in records:
        if record.body["source"]["name"] == PAIRS:
            for row in table(border, record.body["table"]["sha256"]):
                if row["kpi"] is None and row["cohort"] == cohort:
                    return row
    return None
