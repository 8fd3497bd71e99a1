"""What hypothesis draws for the pure domain: a workspace of two surfaces and three packets, people, measurements."""

from typing import Any

from hypothesis import strategies as st

from builders import PACKET, Branch, branch

COHORTS = ("a", "b", "c", "d", "e", "f")
PACKETS = ("one", "two", "search-one")
PEOPLE = ("ana", "ben", "cy", "dan", "bot")
CHECKS = ("shadow_bands", "shadow_pairs", "explained", "rehearsed", "approvals", "duties", "triggers")

WAY_BACK = {"procedure": "govern rollback execute", "time_to_rollback": "PT5M"}

people = st.sampled_from(PEOPLE)
owners = st.sampled_from(("ben", "ben", "cy"))  # mostly somebody who may
packets = st.sampled_from(PACKETS)
percents = st.sampled_from((1, 5, 20, 50, 100))
hours = st.integers(0, 60)
reasons = st.sampled_from(("trigger", "operator-judgement"))
causes = st.sampled_from(("INC-1", "unknown"))
some_cohorts = st.lists(st.sampled_from(COHORTS), unique=True, max_size=3).map(tuple)

clean = st.just(200)
sick = st.builds(
    lambda k: {"n": 200, "policy-flip-rate": {"value": k / 2, "counts": {"worse": k}}}, st.integers(5, 40)
)
unexplained = st.just({"n": 200, "items": [{}, {"cluster_id": "two", "flip": "pass_to_fail"}]})
few = st.just(7)
pairs_of_a_cohort = st.one_of(clean, clean, clean, sick, unexplained, few)


@st.composite
def workspaces(draw: st.DrawFn) -> Branch:
    """Three to six cohorts, two surfaces, three packets; `one` and `two` compete for a cohort now and then."""
    known = COHORTS[: draw(st.integers(3, 6))]
    covered = st.lists(st.sampled_from(known), unique=True, min_size=1)
    policy = {
        "policy.approvals.shadow": draw(st.sampled_from((0, 1, 2))),
        "policy.approvals.canary": draw(st.sampled_from((0, 0, 1, 2))),
        "policy.approvals.policy": draw(st.sampled_from((1, 2))),
    }
    made = branch(
        {"govern": _govern() | policy, "cohorts": {"cohorts": {key: {"critical": False} for key in known}}}
    )
    for name in ("search-b1", "search-b2"):
        made.edit(f"baselines/{name}", {"like": f"baselines/chat-{name[-2:]}", "surface": "search"})
    made.edit("baselines/chat-b3", {"like": "baselines/chat-b2", "model_version": "v3"})
    for packet, surface, following in (
        ("one", "chat", "b2"),
        ("two", "chat", "b3"),
        ("search-one", "search", "b2"),
    ):
        coverage = sorted(draw(covered))
        first = coverage[: draw(st.integers(1, len(coverage)))]
        canary: dict[str, Any] = {"allowlist": first}
        canary |= {"percent": draw(percents)} if draw(st.booleans()) else {}
        canary |= (
            {"stands_for": dict.fromkeys(coverage[len(first) :], first[0])} if draw(st.booleans()) else {}
        )
        edits = {
            "like": f"packets/{PACKET}", "surface": surface, "cohort_coverage": coverage, "canary": canary,
            "prev.baseline": f"{surface}-b1", "next.baseline": f"{surface}-{following}",
            "owners.rollout_approve": ["ben", "cy"], "owners.rollback_execute": ["ben", "cy"],
        }  # fmt: skip
        made.edit(f"packets/{packet}", edits)
        made.seal(packet)
    return made


def _govern() -> dict[str, Any]:
    people = {name: {"email": f"{name}@example.com"} for name in PEOPLE}
    people["bot"]["kind"] = "automation"
    return {
        "people": people,
        "surfaces.search": {"baseline": "search-b1", "calibration": "initial", "rollback": WAY_BACK},
        "roles.rollout_approve": ["ana", "ben", "cy"],
        "roles.monitoring_review": ["ben", "cy"],
        "roles.rollback_execute": ["ben", "cy", "bot"],
        "roles.policy_change": ["ana", "ben", "cy"],
    }
