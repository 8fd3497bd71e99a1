"""Looking for SERVED in a decision log: what shows it, what does not, and how long somebody waits for it."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from back import DRAFT, PACKET, TV, XR, Team, copied, go, make_team
from decision_logs import decision, write_csv
from govern.domain.decision import Accepted
from govern.domain.mitigation.lane_health import ObserveInteraction, ObserveStartup
from govern.domain.mitigation.lane_replays import RecordReplay
from govern.domain.mitigation.reentry_decision import AssessReentry, DecideReentry
from govern.domain.rollback.unfreezing import Unfreeze
from govern.domain.rollout.advance import Advance
from govern.domain.rollout.reentry_exit import ExitMitigation
from govern.domain.rollout.waiver import AcceptRisk
from govern.errors import DocumentError, UsageError
from govern.operations.rollback.served import POLL, Asked, Seen, look, watch
from lanes import replay
from workspaces import Clone

PREV, NEXT = "llama-2-70b-chat+v1", "llama-2-70b-chat+v2"
AFTER = "2026-11-17T02:30:00Z"


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Team:
    """XR went back at 02:10:21."""
    team = make_team(tmp_path_factory.mktemp("back") / "made")
    go(team.jo, *XR)
    return team


@pytest.fixture
def jo(made: Team, tmp_path: Path) -> Clone:
    return copied(made, tmp_path).clone("jo", AFTER)


def row(at: str, cohort: str | None, version: str | None = PREV, **more: Any) -> dict[str, Any]:
    """A decision on 11-17 at this time of day."""
    fields = {"decided_at": f"2026-11-17T{at}Z", "cohort_key": cohort, "model_version_active": version}
    return decision(f"{at} {cohort} {version} {more}", **({"surface": "chat"} | fields | more))


STALE = [row("02:10:30", "xr-na", NEXT), row("02:10:55", "xr-eu", NEXT)]  # until the new datafile was read
BACK = [row("02:11:30", "xr-na"), row("02:11:31", "xr-eu"), row("02:11:32", "xr-eu")]
PC = [row("02:12:30", "pc-na", NEXT), row("02:12:31", "pc-eu", NEXT)]  # who did not go back
OVER = [row("02:13:00", "xr-na")]

CASES: list[tuple[str, list[dict[str, Any]], str, str | None]] = [
    ("only before", [row("02:10:00", "xr-na", NEXT)], "inconclusive", None),
    ("only others", PC, "inconclusive", None),
    ("on next to the end", [*STALE, *BACK], "still served", None),
    ("gone, and back", [*STALE, *BACK, *PC, *OVER], "served", "2026-11-17T02:11:21Z"),
    ("never on next since", [*BACK, *OVER], "served", "2026-11-17T02:11:21Z"),
    ("the first minute is not over", [row("02:10:30", "xr-na"), row("02:10:31", "xr-eu")], "inconclusive", None),
    ("one cohort is silent", [*STALE, *OVER, row("02:14:00", "xr-na")], "inconclusive", "2026-11-17T02:12:21Z"),
    ("one says no version", [*STALE, *OVER, row("02:14:00", "xr-na"), row("02:13:00", "xr-eu", None)],
     "inconclusive", "2026-11-17T02:12:21Z"),
    ("a stale server comes back", [*STALE, *BACK, *OVER, row("02:20:00", "xr-na", NEXT), row("02:20:01", "xr-eu")],
     "still served", None),
    ("and goes", [*BACK, row("02:20:00", "xr-na", NEXT), row("02:20:30", "xr-na"), row("02:20:31", "xr-eu"),
                  row("02:22:00", "xr-eu")], "served", "2026-11-17T02:20:21Z"),
    ("another surface", [row("02:12:00", "xr-na", NEXT, surface="search"), *BACK, *OVER],
     "served", "2026-11-17T02:11:21Z"),
]  # fmt: skip


def seen(jo: Clone, rows: list[dict[str, Any]], **asked: Any) -> Seen:
    log = write_csv(jo.directory / "log.csv", rows)
    return look(jo.workspace(), Asked(PACKET, log=str(log), **asked))


@pytest.mark.parametrize(("what", "rows", "outcome", "since"), CASES, ids=[case[0] for case in CASES])
def test_what_a_log_shows(
    jo: Clone, what: str, rows: list[dict[str, Any]], outcome: str, since: str | None
) -> None:
    found = seen(jo, rows)
    assert (found.outcome, found.window.since if found.window else None) == (outcome, since)


def test_counts_are_those_of_the_cohorts_that_went_back_from_the_window_on(jo: Clone) -> None:
    found = seen(jo, [*STALE, *BACK, *PC, *OVER])
    assert {c: (one.n, one.on_version) for c, one in found.since.items()} == {
        "xr-eu": (2, 2),
        "xr-na": (2, 2),
    }
    assert found.last == "2026-11-17T02:10:55Z"
    assert (found.left.baseline, found.back.baseline) == ("chat-b2", "chat-b1")


def test_what_was_seen_is_recorded_and_decided_again_by_the_audit(made: Team, jo: Clone) -> None:
    outcome = jo.done(seen(jo, [*STALE, *BACK, *OVER]).command())
    (record,) = outcome.records
    assert (record.event, record.body["window"]) == ("rollback_verified/1", "2026-11-17T02:11:21Z/PT1M")
    assert record.body["log"]["path"] == "log.csv" and record.body["log"]["last"] == "2026-11-17T02:13:00Z"
    assert not isinstance(jo.do(seen(jo, [*STALE, *BACK, *OVER]).command()).decision, Accepted)
    assert jo.at("2026-12-31T00:00:00Z").audited() == []


class Hours:
    """A clock that only sleeping moves, and what happens while somebody sleeps."""

    def __init__(self, *changes: Any) -> None:
        self.now, self.slept = 0.0, list[float]()
        self.changes: Iterator[Any] = iter(changes)

    def clock(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.now += seconds
        self.slept.append(seconds)
        next(self.changes, lambda: None)()


def test_somebody_waits_until_it_is_served_and_not_longer(jo: Clone) -> None:
    log = write_csv(jo.directory / "log.csv", STALE)
    hours = Hours(
        lambda: write_csv(log, [*STALE, *BACK]),
        lambda: log.write_text("decision_id,decid"),  # in the middle of being written
        lambda: write_csv(log, [*STALE, *BACK, *OVER]),
    )
    asked = Asked(PACKET, log=str(log))
    found = watch(jo.workspace(), asked, 120, clock=hours.clock, sleep=hours.sleep)
    assert (found.outcome, hours.slept) == ("served", [POLL] * 3)


def test_patience_ends_and_what_was_seen_last_is_the_answer(jo: Clone) -> None:
    asked = Asked(PACKET, log=str(write_csv(jo.directory / "log.csv", STALE)))
    hours = Hours()
    found = watch(jo.workspace(), asked, 12, clock=hours.clock, sleep=hours.sleep)
    assert (found.outcome, hours.slept) == ("still served", [5.0, 5.0, 2.0])
    write_csv(jo.directory / "log.csv", [{"decided_at": "yesterday"}], ["decided_at"])
    with pytest.raises(DocumentError):
        watch(jo.workspace(), asked, 0, clock=hours.clock, sleep=hours.sleep)


@pytest.mark.parametrize("length", ["PT0S", "1 minute", "P2D", "P9999999999999D"])
def test_window_has_a_length(jo: Clone, length: str) -> None:
    with pytest.raises(UsageError, match="--window takes a length such as PT1M"):
        seen(jo, OVER, length=length)


def test_rollback_that_nobody_knows_is_answered_with_those_there_are(jo: Clone) -> None:
    with pytest.raises(UsageError, match="there are: packets/") as error:
        seen(jo, OVER, rollback=f"packets/{PACKET}#1")
    assert str(error.value.type_line).startswith(f"--rollback packets/{PACKET}#")


def test_an_earlier_rollback_is_looked_at_where_it_is_named(jo: Clone) -> None:
    first = jo.workspace().state.packets[PACKET].history[-1].name
    assert go(jo.at("2026-11-17T02:20:00Z"), "pc-na").recorded
    rows = [*BACK, *OVER]
    assert seen(jo, rows).outcome == "inconclusive"
    assert seen(jo, rows, rollback=first).outcome == "served"


def test_window_may_be_shorter(jo: Clone) -> None:
    found = seen(
        jo,
        [*STALE, row("02:11:00", "xr-na"), row("02:11:01", "xr-eu"), row("02:11:20", "xr-na")],
        length="PT10S",
    )
    assert found.outcome == "served" and found.command().measured["window"] == "2026-11-17T02:11:01Z/PT10S"


def out_of_its_lane(jo: Clone, cohort: str) -> Clone:
    """Two windows of replays, a decision by ana, and Mara's word: as she stands on the second morning."""
    first, second = jo.at("2026-11-17T03:00:00Z"), jo.at("2026-11-18T00:10:00Z")
    first.done(RecordReplay(cohort, "p", "b1", replay("first", n=60, passed=60)))
    second.done(RecordReplay(cohort, "p", "b1", replay("second", n=60, passed=60)))
    for command in (ObserveStartup(cohort, "b1"), ObserveInteraction(cohort, "b1")):
        second.done(command)
    ana = second.acting("ana")
    ana.done(AssessReentry(cohort))
    ana.done(DecideReentry(cohort, "approved"))
    mara = second.acting("mara").at("2026-11-18T00:20:00Z")
    mara.done(ExitMitigation(cohort, stay=True))
    return mara


def test_who_is_bound_to_next_again_shows_nothing_of_the_way_back_before(jo: Clone) -> None:
    assert go(jo, "tv").recorded
    mara = out_of_its_lane(jo, "tv")
    mara.done(Unfreeze("chat", "INC-4711", ("tv",)))
    mara.done(Advance(DRAFT, "shadow", rehearsal={"same": True, "seconds": 0.1}))
    mara.done(AcceptRisk(DRAFT, "nothing to pair with", "2026-11-29T00:00:00Z"))
    mara.at("2026-11-18T00:30:00Z").done(Advance(DRAFT, "canary"))
    again = row("04:00:01", "tv", NEXT, decided_at="2026-11-18T00:30:01Z")
    log = write_csv(
        jo.directory / "log.csv",
        [
            row("02:31:00", "tv"),
            row("03:00:00", "tv"),
            again,
        ],
    )
    with pytest.raises(UsageError, match="tv is bound to chat-b2 again since 2026-11-18T00:30:00Z"):
        look(mara.workspace(), Asked(TV, log=str(log)))
    write_csv(log, [row("02:31:00", "tv"), row("03:00:00", "tv")])
    assert look(mara.workspace(), Asked(TV, log=str(log))).outcome == "served"
