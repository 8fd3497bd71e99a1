"""Views hold what they are documented to hold, and the queries that ship find what they are for."""

import re
from dataclasses import replace
from typing import Any

import pytest

from asked import four_lanes, in_every_view, seen
from builders import World
from govern.evidence.query import Result, ask
from govern.operations.query import shipped, tables, text_of
from govern.operations.views import VIEWS
from govern.operations.views.view import Seen, View

# As the practice that they come from writes them: nothing of them is adapted to this program.
WRITTEN = {
    "lanes-near-expiry": """
SELECT cohort_key, mitigation_mode_id, expiry_window, owner
FROM mitigation_state
WHERE status = 'active'
AND windows_to_expiry <= 1;
""",
    "repeated-provisional": """
SELECT cohort_key, COUNT(*) AS provisional_count
FROM reentry_decisions
WHERE reentry_label = 'eligible_medium_confidence'
AND decision_window >= current_window - 2
GROUP BY cohort_key
HAVING COUNT(*) >= 2;
""",
    "unresolved-rejections": """
SELECT cohort_key, reason_code, owner, due_window
FROM reentry_rejections
WHERE resolved = false;
""",
}
LATE = "REENTRY_REPLAY_INSUFFICIENT"


@pytest.fixture(scope="module")
def world() -> World:
    return in_every_view()


def asked(there: Seen, query: str) -> Result:
    text = text_of(query)
    return ask(text, tables(there, text), there.now)


def at(made: World, now: str) -> Seen:
    return replace(seen(made), now=now)


@pytest.mark.parametrize("name", VIEWS)
def test_a_view_has_exactly_the_columns_that_are_documented(name: str, world: World) -> None:
    view = VIEWS[name]
    found = asked(seen(world), name)
    assert found.columns == tuple((column.name, column.type) for column in view.columns)
    assert found.rows, "a view without a row proves nothing of its values"
    assert view.about and all(column.about for column in view.columns)


@pytest.mark.parametrize("name", VIEWS)
def test_every_name_stands_in_sql_without_quotes(name: str, world: World) -> None:
    names = [column.name for column in VIEWS[name].columns]
    listed, some = ", ".join(names), " OR ".join(f"{column} IS NOT NULL" for column in names)
    found = asked(
        seen(world), f"SELECT {listed} FROM {name} AS v WHERE {some} GROUP BY {listed} ORDER BY {listed}"
    )
    assert [column for column, _ in found.columns] == names


def test_the_queries_that_ship_are_the_written_ones_below_a_line_that_says_their_purpose() -> None:
    assert {name: query.sql.partition("\n")[2].strip() for name, query in shipped().items()} == {
        name: sql.strip() for name, sql in WRITTEN.items()
    }
    assert all(re.fullmatch(r"-- [A-Z].*\.", query.sql.partition("\n")[0]) for query in shipped().values())


@pytest.mark.parametrize("which", ["by its name", "as it is written"])
@pytest.mark.parametrize(
    ("name", "now", "rows"),
    [
        # windows are days since the 16th: `na` and `tv` expire with the sixth, `eu` with the eighth, `us` was left
        ("lanes-near-expiry", "2026-11-22T11:00:00Z", [("na", "na-01", 6, "ben"), ("tv", "tv-01", 6, "ben")]),
        (
            "lanes-near-expiry",
            "2026-11-23T00:00:00Z",
            [("eu", "eu-01", 8, "ben"), ("na", "na-01", 6, "ben"), ("tv", "tv-01", 6, "ben")],
        ),
        # `eu` was on medium confidence in windows 5 and 6, `us` on high
        ("repeated-provisional", "2026-11-22T11:00:00Z", [("eu", 2)]),
        ("repeated-provisional", "2026-11-23T23:59:59Z", [("eu", 2)]),
        ("repeated-provisional", "2026-11-24T00:00:00Z", []),
        (
            "unresolved-rejections",
            "2026-11-22T11:00:00Z",
            [("eu", "REENTRY_CONFIDENCE_DEBT", "ben", 7), ("na", LATE, "ben", 7), ("na", LATE, "ben", 7)],
        ),
    ],
)
def test_a_query_that_ships_finds_what_it_is_for(name: str, now: str, rows: list[Any], which: str) -> None:
    query = name if which == "by its name" else WRITTEN[name]
    assert sorted(asked(at(four_lanes(), now), query).rows) == rows


def test_the_board_and_the_view_say_the_same(world: World) -> None:
    from govern.domain.mitigation.lane_board import board

    there = seen(world)
    query = (
        "SELECT cohort_key, reentry_label, confidence, expiry, next_replay, unresolved_rejections, provisional_count"
        " FROM mitigation_state WHERE status = 'active' ORDER BY cohort_key"
    )
    assert asked(there, query).rows == [
        (
            row.lane.cohort, row.found.label, row.found.confidence, row.lane.expiry, row.next_replay,
            len(row.unresolved), row.provisional,
        )
        for row in board(there.state, there.documents, there.now)
    ]  # fmt: skip


def test_bindings_are_the_end_of_their_history(world: World) -> None:
    now = "SELECT surface, cohort_key, baseline, share, record FROM {} ORDER BY ALL"
    ended = "(SELECT * FROM binding_history WHERE until IS NULL)"
    found = asked(seen(world), now.format("bindings")).rows
    assert found == asked(seen(world), now.format(ended)).rows
    gaps = (
        "SELECT * FROM binding_history a WHERE until IS NOT NULL AND NOT EXISTS (FROM binding_history b"
        " WHERE b.surface = a.surface AND b.cohort_key IS NOT DISTINCT FROM a.cohort_key AND b.since = a.until)"
    )
    assert asked(seen(world), gaps).rows == []


def test_what_is_late_hangs_on_the_instant_alone(world: World) -> None:
    query = "SELECT count(*) FROM duties WHERE overdue AND due <= now()"
    late = [
        asked(at(world, f"2026-{day}T00:00:00Z"), query).rows[0][0] for day in ("11-21", "11-24", "12-31")
    ]
    assert late == sorted(late) and late[0] < late[-1]


def test_a_view_that_is_not_named_is_not_computed(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    computed: list[str] = []
    rows = View.rows
    monkeypatch.setattr(View, "rows", lambda view, there: computed.append(view.name) or rows(view, there))
    for query, names in (
        ("SELECT 1", []),
        ("FROM Mitigation_State", ["mitigation_state"]),
        ("FROM query_table('mitigation_' || 'state')", list(VIEWS)),
    ):
        computed.clear()
        assert asked(seen(world), query).rows and computed == names


def test_a_record_without_effect_may_hold_anything(world: World) -> None:
    there = seen(world)
    commit, record = there.records[0]
    odd = replace(record, event="what/ever", asked={"do": ["a"]}, body={"a": 1e300, "b": "\x00", "c": [None]})
    odder = replace(record, event="", asked={}, body={})
    there = replace(there, records=((commit, odd), (commit, odder)))
    assert asked(there, "SELECT event, event_form, asked FROM records").rows == [
        ("what", "what/ever", "['a']"),
        ("", "", "None"),
    ]
    assert asked(there, "SELECT body->'$.c' FROM records LIMIT 1").rows == [("[null]",)]
