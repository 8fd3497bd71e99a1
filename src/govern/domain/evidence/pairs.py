"""Shadow pairs once they are measured: figures from recorded counts, and which items ask for an explanation.

An item asks when it lost its policy pass or is among the largest losses of its cohort; gains are listed, not
asked for. One explanation covers a cohort, or the cluster it names. How many losses are asked for is policy.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

Item = Mapping[str, Any]  # {cohort, option_id, cluster_id, delta, flip, loss, dimensions}
Explanation = Mapping[str, Any]  # {cohort, cluster (None: the whole cohort), dimension, moved}

COUNTED = (
    "worse", "same", "better", "pass_to_fail", "fail_to_pass", "rank_inversions", "bound_prev", "bound_next",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Group:
    """The items of one cluster of a cohort that ask for an explanation."""

    cohort: str
    cluster_id: str
    items: tuple[Item, ...]
    worse: int  # of the items, those that scored lower
    flips: int  # of the items, those that pass on prev and fail on next


def figures(base: Mapping[str, Any]) -> dict[str, Any]:
    """What is shown of a cohort, from its base row (the one without a KPI) of an evidence table.

    Means and delta have the unit of the score, pass rates are from 0 to 1; None where there is no pair.
    """
    n, counts = base["n"], base["counts"]
    prev, next_ = Fraction(counts["sum_prev"]), Fraction(counts["sum_next"])
    return {
        "n": n,
        "excluded": base["excluded"],
        "mean_prev": mean(prev, n),
        "mean_next": mean(next_, n),
        "delta": mean(next_ - prev, n),
        "pass_rate_prev": mean(Fraction(counts["pass_to_pass"] + counts["pass_to_fail"]), n),
        "pass_rate_next": mean(Fraction(counts["pass_to_pass"] + counts["fail_to_pass"]), n),
        **{name: counts[name] for name in COUNTED},
    }


def mean(total: Fraction, n: int) -> float | None:
    """To 12 significant digits, as all figures are kept."""
    return float(f"{float(total / n):.12g}") if n else None


def asks(item: Item) -> bool:
    return item["flip"] == "pass_to_fail" or bool(item["loss"])


def to_explain(items: Iterable[Item]) -> list[Group]:
    """The groups that need an explanation: by cohort, in it the largest first. Items keep their order."""
    clusters: dict[tuple[str, str], list[Item]] = {}
    for item in items:
        if asks(item):
            clusters.setdefault((item["cohort"], item["cluster_id"]), []).append(item)
    groups = [
        Group(
            cohort=cohort,
            cluster_id=cluster,
            items=tuple(asking),
            worse=sum(item["delta"] < 0 for item in asking),
            flips=sum(item["flip"] == "pass_to_fail" for item in asking),
        )
        for (cohort, cluster), asking in clusters.items()
    ]
    return sorted(groups, key=lambda group: (group.cohort, -len(group.items), group.cluster_id))


def uncovered(items: Iterable[Item], explanations: Iterable[Explanation]) -> dict[str, int]:
    """By cohort how many items ask and are covered by no explanation; a cohort with none is left out."""
    covered = {(explanation["cohort"], explanation["cluster"]) for explanation in explanations}
    left: dict[str, int] = {}
    for item in items:
        cohort = item["cohort"]
        if asks(item) and (cohort, None) not in covered and (cohort, item["cluster_id"]) not in covered:
            left[cohort] = left.get(cohort, 0) + 1
    return left


# Words that say that something changed, for better or worse, and not what moved in the answers.
GENERIC_WORDS = """
    a an and any are as at be been being but by can could did do does for from had has have in into is it its
    just more most much of on only or our out so some than that the their them then there these they this
    those to too us very was we were what when which will with would all also because due how if less no
    not now see here above below both same still such yes ok okay
    go goes went gone get gets got become becomes became know why way
    don doesn didn isn aren wasn weren hasn haven ve re ll dont
    model models version versions prompt prompts policy policies tool tools guardrail guardrails surface
    baseline component components system systems ai llm new newer old older next prev previous current update
    updates updated updating upgrade upgrades upgraded release released rollout
    change changes changed changing differ differs differed different differently difference differences
    divergence diverge diverges diverged drift drifts drifted move moves moved shift shifts shifted behave
    behaves behaved behavior behaviour behaviors behaviours output outputs answer answers answered response
    responses result results score scores scored scoring rank ranks ranking item items option options cluster
    cohort data
    better worse best worst bad good lower higher low high drop drops dropped dropping decrease decreases
    decreased increase increases increased gain gains gained lose loses lost loss losses improve improves
    improved regress regresses regressed regression fell fall falls rose rise rises up down pass passes passed
    fail fails failed flip flips flipped
    unknown unclear unsure expected unexpected various several general generally overall other others thing
    things something somehow stuff misc reason reasons cause causes caused explanation explained dimension na
    none nothing null todo tbd tba idk wip fixme
"""
GENERIC = frozenset(GENERIC_WORDS.split())
TOKEN = re.compile(r"[\w.+-]+")
LETTERS = re.compile(r"[^\W\d_]+")
DIGIT = re.compile(r"\d")


def is_generic(text: str, names: Iterable[str] = ()) -> bool:
    """Whether a text says no more than that the model changed.

    True when nothing is left after generic words, single letters, anything with a digit in it (`v2`,
    `gpt-4-0613`) and the words of `names` (versions and baselines that are no explanation either).
    """
    idle = GENERIC.union(*(LETTERS.findall(name.casefold()) for name in names))
    tokens = [token for token in TOKEN.findall(text.casefold()) if not DIGIT.search(token)]
    words = [word for token in tokens for word in LETTERS.findall(token)]
    return all((len(word) == 1 and word.isascii()) or word in idle for word in words)
