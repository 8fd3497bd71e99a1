"""A packet in canary, its decisions served by the Resolver: sampled, recorded, and met by the check `stamps`."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from back import PACKET, PC, XR, Team, copied, go, make_team
from decision_logs import write_csv
from govern.domain.checks import stamps as check
from govern.domain.decision import Refusal, Refused
from govern.domain.gates import Item, evaluate, open_border
from govern.domain.policy import Actor
from govern.domain.rollout.extension import Extend
from govern.domain.verdict import Verdict
from govern.errors import UsageError
from govern.operations.evidence.stamps import Sampled, sampled
from govern.serving.split import side
from served import served, serving
from workspaces import Clone

EVENING, NIGHT, MORNING = "2026-11-16T20:00:00Z", "2026-11-16T23:59:59Z", "2026-11-17T02:00:00Z"
KEYS = (*PC, *XR)
NEXT = [unit for unit in map(str, range(2000)) if side(PACKET, unit) < 500][:3]
PREV = [unit for unit in map(str, range(2000)) if side(PACKET, unit) >= 500][:2]
CLEAN = {"matched": 3, "late": 0, "mismatched": 0, "missing_version": 0, "calibration_missing": 0}


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Team:
    return make_team(tmp_path_factory.mktemp("stamps") / "made")


@pytest.fixture
def jo(made: Team, tmp_path: Path) -> Iterator[Clone]:
    """One of the team, on a ledger that is sound in the end."""
    team = copied(made, tmp_path)
    yield team.jo
    assert team.faults() == []


def rows_at(jo: Clone, at: str = EVENING) -> list[dict[str, Any]]:
    """Decisions of every cohort, on both sides of the split."""
    return served(serving(jo), "chat", KEYS, at, (*NEXT, *PREV))


def log_of(jo: Clone, rows: list[dict[str, Any]], name: str = "log.csv") -> str:
    return str(write_csv(jo.directory / name, rows))


def record(jo: Clone, log: str, **more: Any) -> Sampled:
    with sampled(jo.workspace(), PACKET, log, **more) as taken:
        jo.done(taken.command())
    return taken


def verdict(jo: Clone) -> Verdict:
    """The check at the border to wide, on what is recorded now."""
    there = jo.workspace()
    on_next = there.state.packets[PACKET].on_next
    border = open_border(
        there.state, there.documents(), PACKET, Actor("jo"), jo.now, to="wide", cohorts=on_next
    )
    return evaluate(border, [Item("stamps", check.check)])[0]


def test_check_passes_when_the_resolver_stamped_what_it_served(jo: Clone) -> None:
    assert verdict(jo).outcome == "inconclusive"
    taken = record(jo, log_of(jo, rows_at(jo)))
    arms = {(row["cohort"], row["arm"]): row for row in taken.rows}
    assert set(arms) == {(key, arm) for key in KEYS for arm in ("next", "prev")}
    assert all(arms[key, "next"]["counts"] == CLEAN and arms[key, "prev"]["n"] == 2 for key in KEYS)
    assert (verdict(jo).outcome, verdict(jo).text) == ("passed", "12 of 12 sampled decisions match")
    (evidence,) = jo.workspace().state.packets[PACKET].evidence
    assert evidence.body["border"] == "wide" and evidence.body["windows"] == ["2026-11-16T10:00:00Z/PT36001S"]
    assert evidence.body["source"]["params"] == {
        "until": "2026-11-16T20:00:01Z", "sample": None, "last": EVENING,
    }  # fmt: skip


FAULTS: dict[str, tuple[dict[str, Any], str, str]] = {
    "the other side's version": (
        {"model_version_active": "llama-2-70b-chat"}, "mismatched", "with another stamp than was bound",
    ),
    "the digest of another baseline": (
        {"baseline_digest": "sha256:" + "0" * 64}, "mismatched", "with another stamp than was bound",
    ),
    "no version": ({"model_version_active": None}, "missing_version", "without a model version"),
    "no calibration": ({"calibration_packet_id": None}, "calibration_missing", "without the calibration of next"),
    "another calibration": (
        {"calibration_packet_id": "spring"}, "calibration_missing", "without the calibration of next",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("wrong", "kind", "told"), FAULTS.values(), ids=FAULTS.keys())
def test_check_fails_its_cohort_alone_when_one_stamp_is_wrong(
    jo: Clone, wrong: dict[str, Any], kind: str, told: str
) -> None:
    rows = rows_at(jo)
    assert rows[0]["cohort_key"] == "pc-eu" and rows[0]["unit_key"] == NEXT[0]
    rows[0] |= wrong
    taken = record(jo, log_of(jo, rows))
    assert [row["decision_id"] for row in taken.faults[kind]] == [rows[0]["decision_id"]]
    found = verdict(jo)
    assert (found.outcome, found.text, found.cohorts) == ("failed", f"pc-eu 1 {told}", {"pc-eu": "failed"})


@pytest.mark.parametrize("lost", ["key", "next", "all"])
def test_check_is_inconclusive_when_no_decision_on_next_was_seen(jo: Clone, lost: str) -> None:
    rows = rows_at(jo)
    own = [row for row in rows if row["cohort_key"] == "xr-na"]
    if lost == "key":
        rows = [row | {"cohort_key": None} if row in own else row for row in rows]
    else:
        rows = [row for row in rows if row not in own or (lost == "next" and row["unit_key"] in PREV)]
    taken = record(jo, log_of(jo, rows))
    assert taken.unseen == ["xr-na"]
    assert (verdict(jo).outcome, verdict(jo).cohorts) == ("inconclusive", {"xr-na": "inconclusive"})


def test_sample_goes_on_where_the_last_one_ended(jo: Clone) -> None:
    rows = rows_at(jo)
    rows[0] |= {"model_version_active": None}
    record(jo, log_of(jo, rows))
    assert verdict(jo).outcome == "failed"
    with pytest.raises(UsageError) as caught, sampled(jo.workspace(), PACKET, log_of(jo, rows)):
        pass
    assert caught.value.type_line == "--since 2026-11-16T10:00:00Z"
    taken = record(jo, log_of(jo, [*rows, *rows_at(jo, NIGHT)]))
    assert taken.excluded == {"outside_window": 20} and verdict(jo).outcome == "passed"
    again = record(jo, log_of(jo, rows), since="2026-11-16T10:00:00Z")
    assert again.faulty and verdict(jo).outcome == "failed"


def test_sample_takes_the_newest_of_each_cohort_when_asked_for_few(jo: Clone) -> None:
    log = log_of(jo, [*rows_at(jo), *rows_at(jo, NIGHT)])
    for _ in range(2):
        with sampled(jo.workspace(), PACKET, log, latest=4) as taken:
            rows = list(taken.stamps())
            assert {row["decided_at"] for row in rows} == {NIGHT} and taken.n == len(rows) == 16
            assert taken.excluded == {"not_sampled": 24}
            assert sum(row["excluded"] for row in taken.rows) == 24
            kept = [row["decision_id"] for row in rows]
    assert kept == sorted(kept)


def test_window_begins_anew_when_a_cohort_moves(jo: Clone) -> None:
    """What was decided before the move shows nothing of it; an old stamp just after it is late."""
    early = rows_at(jo)
    record(jo, log_of(jo, early))
    jo.at("2026-11-17T03:00:00Z").done(Extend(PACKET, ("pc-na",), 100))
    later = jo.at("2026-11-17T05:00:00Z")
    assert verdict(later).cohorts == {"pc-na": "inconclusive"}
    old = next(row for row in early if row["cohort_key"] == "pc-na" and row["unit_key"] in PREV)
    late = old | {"decision_id": "late", "decided_at": "2026-11-17T03:01:59Z"}
    rows = [*early, late, *rows_at(later, "2026-11-17T04:00:00Z")]
    (row,) = [row for row in record(later, log_of(later, rows)).rows if row["cohort"] == "pc-na"]
    assert row["window"] == "2026-11-17T03:00:00Z/PT3601S"
    assert row["counts"] == CLEAN | {"matched": 5, "late": 1} and verdict(later).outcome == "passed"


def test_decisions_of_the_future_are_no_evidence_yet(jo: Clone) -> None:
    taken = record(jo, log_of(jo, [*rows_at(jo), *rows_at(jo, "2026-11-18T00:00:00Z")]))
    assert taken.scope.until == jo.now and taken.excluded == {"outside_window": 20}


def test_sample_is_refused_when_a_cohort_moved_while_it_was_taken(jo: Clone) -> None:
    with sampled(jo.workspace(), PACKET, log_of(jo, rows_at(jo, MORNING))) as taken:
        jo.at("2026-11-17T01:00:00Z").done(Extend(PACKET, ("pc-na",), 100))
        refused = jo.do(taken.command()).decision
    assert isinstance(refused, Refused) and refused.type_line == f"govern evidence stamps {PACKET}"
    assert "pc-na moved at 2026-11-17T01:00:00Z" in refused.reasons[0]


def test_nothing_is_sampled_once_everybody_is_back(jo: Clone) -> None:
    log = log_of(jo, rows_at(jo))
    go(jo, packet=PACKET)
    with pytest.raises(Refusal, match="it has ended"), sampled(jo.workspace(), PACKET, log):
        pass
