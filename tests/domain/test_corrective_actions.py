"""Work on a lane: what it must say to be opened, what closes it, and what only puts it off."""

from dataclasses import replace

import pytest

from govern.domain.decision import Refusal
from govern.domain.document import digest_of
from govern.domain.mitigation.corrective_actions import CloseAction, OpenAction
from govern.domain.mitigation.corrective_work import CODES, due_window_of
from govern.errors import ExitCode
from lanes import COHORT, EVALUATOR, LANE, in_lane, lane

ROUTE = "REENTRY_ROUTE_MISMATCH"
GOOD = OpenAction(
    COHORT, ROUTE, "ben", "2026-11-24", "two windows of startup replays without a mismatch", ("route-match",)
)
CLOSE = CloseAction(COHORT, "c1", "replays/startup.csv", digest_of(b"1"))
CORRECT = f"govern mitigation correct {COHORT}"


def test_action_is_opened_with_everything_that_makes_it_work() -> None:
    made = in_lane()
    (record,) = made.do(GOOD, EVALUATOR)
    assert record.stream == f"lanes/{COHORT}"
    assert dict(record.body) == {
        "cohort_key": COHORT,
        "mitigation_mode_id": LANE,
        "attempt": 1,
        "action": "c1",
        "reason_code": ROUTE,
        "criteria": ["route-match"],
        "owner": "ben",
        "due_window": "2026-11-23/P1D",
        "required_evidence": "two windows of startup replays without a mismatch",
        "evaluator": EVALUATOR,
    }
    (action,) = lane(made).open_actions
    assert (action.id, action.owner, action.due) == ("c1", "ben", "2026-11-24T00:00:00Z")
    assert lane(made).history[-1] is action.opened


def test_lane_is_named_by_cohort_or_by_its_id_and_pinned() -> None:
    for named in (COHORT, LANE):
        (record,) = in_lane().do(replace(GOOD, cohort=named), EVALUATOR)
        assert record.asked is not None
        pinned = {name: record.asked[name] for name in ("cohort", "lane", "attempt", "action")}
        assert pinned == {"cohort": COHORT, "lane": LANE, "attempt": 1, "action": "c1"}


def test_closed_action_keeps_what_it_brought_and_rests_on_its_opening() -> None:
    made = in_lane()
    (opened,) = made.do(GOOD, EVALUATOR)
    (closed,) = made.do(replace(CLOSE, note=" one table now "), EVALUATOR)
    assert closed.body["evidence"] == {"name": "replays/startup.csv", "digest": digest_of(b"1")}
    assert (closed.body["note"], closed.uses) == ("one table now", (opened.name,))
    assert lane(made).open_actions == [] and lane(made).actions["c1"].closed == closed
    made.do(GOOD, EVALUATOR)  # the same lack may show again
    assert [action.id for action in lane(made).open_actions] == ["c2"]


@pytest.mark.parametrize(
    ("due", "window"),
    [
        ("2026-11-24", "2026-11-23/P1D"),
        ("2026-11-24T00:00:01Z", "2026-11-24/P1D"),
        ("2026-11-20T15:00:01Z", "2026-11-20/P1D"),
        ("2027-11-21T15:00:00Z", "2027-11-21/P1D"),
    ],
    ids=["a date is its first instant", "a second into a window", "the next second", "a year"],
)
def test_due_window_holds_the_last_instant_before_it(due: str, window: str) -> None:
    made = in_lane()
    assert due_window_of(made.state, due, made.now) == window
    (record,) = made.do(replace(GOOD, due=due), EVALUATOR)
    assert record.body["due_window"] == window


@pytest.mark.parametrize("due", ["2026-11-20", "2026-11-20T15:00:00Z", "2027-11-21T15:00:01Z", "9999-12-31"])
def test_due_that_is_over_or_no_date_at_all_is_refused(due: str) -> None:
    made = in_lane()
    refused = made.refused(replace(GOOD, due=due), EVALUATOR)
    assert "work is due between now, 2026-11-20T15:00:00Z, and a year from now" in refused.reasons[0]
    assert refused.type_line == "--due 2026-11-22"
    with pytest.raises(Refusal) as raised:
        due_window_of(made.state, "tomorrow", made.now)
    assert raised.value.refused.type_line == "--due 2026-11-22"


LEFT_OUT = {
    "code": ("--code", f'{CORRECT} --code CODE --owner ben --due 2026-11-24T00:00:00Z --require "two'),
    "owner": ("--owner", f"{CORRECT} --code {ROUTE} --owner ben --due 2026-11-24T00:00:00Z --require"),
    "due": ("--due", f"{CORRECT} --code {ROUTE} --owner ben --due DATE --require"),
    "required": ("--require", '--due 2026-11-24T00:00:00Z --require "..."'),
}


@pytest.mark.parametrize("field", LEFT_OUT)
def test_work_without_one_of_its_parts_is_refused_with_the_whole_line(field: str) -> None:
    option, line = LEFT_OUT[field]
    refused = in_lane().refused(replace(GOOD, **{field: None}), EVALUATOR)
    assert refused.reasons[0].endswith(f"left out: {option}") and line in (refused.type_line or "")
    assert refused.exit == ExitCode.COULD_NOT


@pytest.mark.parametrize(
    "said",
    ["retry later", "Later.", " RETRY  LATER! ", "tbd", "n/a", "?", "...", "…", "-", "Try again", "To do"],
)
def test_what_only_puts_it_off_is_no_work(said: str) -> None:
    made = in_lane()
    refused = made.refused(replace(GOOD, required=said), EVALUATOR)
    assert "is no work: say what evidence the next attempt needs" in refused.reasons[0]
    assert (refused.type_line or "").startswith("--require ") and not lane(made).actions


REFUSED = {
    "a code that is none": (
        replace(GOOD, code="route"),
        "no code `route`; there are: REENTRY_ROUTE_MISMATCH",
        f"--code {CODES[0]}",
    ),
    "a slip in the code": (
        replace(GOOD, code="REENTRY_ROUTE_MISMACH"),
        "nearest: REENTRY_ROUTE_MISMATCH",
        f"--code {ROUTE}",
    ),
    "a person that is misspelt": (
        replace(GOOD, owner="bem"),
        "no person `bem` in the policy; nearest: ben",
        "--owner ben",
    ),
    "a person whom nobody knows": (replace(GOOD, owner="zoe"), "there are: ana, ben", "--owner ana"),
    "a machine": (replace(GOOD, owner="bot"), "no person `bot` in the policy", "--owner ana"),
    "a criterion that is misspelt": (
        replace(GOOD, criteria=("confidence", "rute-match")),
        "no criterion `rute-match` in minimum",
        "--criterion confidence,route-match",
    ),
    "a criterion that nobody knows": (
        replace(GOOD, criteria=("frames",)),
        "no criterion `frames` in minimum; there are:",
        "--criterion carry-forward",
    ),
    "a lane that is none": (replace(GOOD, cohort="publik"), "nearest: public", "govern mitigation board"),
    "another lane than was pinned": (
        replace(GOOD, lane="public-02"),
        "public was changed meanwhile",
        "govern mitigation board public",
    ),
    "an action that is none": (
        replace(CLOSE, action="c9"),
        "no action `c9` in public-01; open: c1",
        "--close c1",
    ),
    "the same lack again": (
        GOOD,
        "c1 is open for that already: ben, due 2026-11-24T00:00:00Z",
        f"{CORRECT} --close c1 --evidence FILE",
    ),
    "the same lack by another owner": (
        replace(GOOD, owner="ana", due="2026-11-29"),
        "c1 is open for that already",
        f"{CORRECT} --close c1 --evidence FILE",
    ),
    "another place than was shown": (
        replace(GOOD, criteria=(), action="c1"),
        "c1 of public-01 was opened meanwhile",
        "govern mitigation board public",
    ),
}


@pytest.mark.parametrize("case", REFUSED)
def test_refusal_says_what_to_type(case: str) -> None:
    command, told, line = REFUSED[case]
    made = in_lane({"govern": {"people.bot": {"email": "bot@example.com", "kind": "automation"}}})
    made.do(GOOD, EVALUATOR)
    refused = made.refused(command, EVALUATOR)
    assert told in refused.reasons[0] and refused.type_line == line
    assert len(lane(made).actions) == 1


def test_other_criteria_are_another_work_and_no_criterion_needs_no_document() -> None:
    made = in_lane()
    made.do(GOOD, EVALUATOR)
    made.do(replace(GOOD, criteria=("owner-mutation", "route-match")), EVALUATOR)
    made.do(replace(GOOD, criteria=()), EVALUATOR)
    assert [action.opened.body["criteria"] for action in lane(made).open_actions] == [
        ["route-match"],
        ["owner-mutation", "route-match"],
        [],
    ]


def test_closed_action_is_not_closed_again() -> None:
    made = in_lane()
    made.do(GOOD, EVALUATOR)
    (closed,) = made.do(CLOSE, EVALUATOR)
    refused = made.refused(CLOSE, EVALUATOR)
    assert refused.reasons[0] == f"c1 was closed by ana at {closed.at} ({closed.name})"
    assert refused.type_line == "govern mitigation board public"


def test_work_is_opened_and_closed_by_an_evaluator() -> None:
    made = in_lane({"govern": {"roles.evaluator": ["ana"]}})
    assert "it takes evaluator, which ana hold" in made.refused(GOOD, "ben").reasons[0]
    made.do(GOOD, "ana")
    assert "it takes evaluator" in made.refused(CLOSE, "ben").reasons[0]
