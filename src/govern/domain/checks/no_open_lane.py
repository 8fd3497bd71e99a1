"""Is every cohort to be bound out of mitigation, on whatever surface its lane was entered?

Out leads only the lane's own way: a cohort that comes back by it is not asked about that lane.

To pass: Bring the cohort back by its lane, or leave it out with --only: govern mitigation board.
"""

from govern.domain.gates import Border
from govern.domain.verdict import Outcome, Verdict


def check(border: Border) -> Verdict:
    lanes = [lane for cohort in border.cohorts if (lane := border.state.lane(cohort))]
    lanes = [lane for lane in lanes if lane.id != border.reentry]
    if not lanes:
        return Verdict("no_open_lane", "passed", "none of these cohorts is in mitigation")
    outcomes: dict[str, Outcome] = dict.fromkeys((lane.cohort for lane in lanes), "failed")
    named = [f"{lane.cohort} ({lane.id})" for lane in lanes]
    return Verdict(
        "no_open_lane",
        "failed",
        f"in mitigation: {', '.join(named)}",
        outcomes,
        uses=tuple(lane.entered.name for lane in lanes),
        todo=f"govern mitigation board {lanes[0].word}",
    )
