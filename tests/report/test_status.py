"""`govern status` in 80 columns, whatever keys and ids there are."""

from govern.operations.lanes.open_lanes import LaneRow
from govern.operations.open_firings import FiredRow
from govern.operations.status import Status, Task
from govern.report.answer import as_text
from govern.report.status import status_answer

NOW = "2026-11-22T10:00:00Z"
LONG = "k" * 128
ID = "p" * 63


def lines(status: Status) -> list[str]:
    answer = status_answer(status, head="ledger 1234567", now=NOW, simulated=False, check=False, past=True)
    return as_text(answer).splitlines()


def test_lane_of_a_long_key_takes_several_lines() -> None:
    rows = [LaneRow(key, f"{key}-01"[:60], None, "2026-11-30T00:00:00Z") for key in (LONG, "xr")]
    said = lines(Status("ana", lanes=rows))
    assert all(len(line) <= 80 for line in said)
    assert (
        "".join(part.strip() for part in said).count(LONG) == 1 and "   xr-01, open, expires Mon 30" in said
    )


def test_lanes_of_short_keys_stay_a_table() -> None:
    rows = [LaneRow("xr", "xr-01", "eligible_high_confidence", "2026-11-30T00:00:00Z")]
    assert " xr  xr-01  high  expires Mon 30" in lines(Status("ana", lanes=rows))


def test_firing_whose_line_has_no_room_leads_to_the_packet() -> None:
    line = f"govern rollback execute {ID} --cohort {LONG}"
    row = FiredRow(
        ID, "t" * 63, "packets/p#1", NOW, (LONG,), None, ("ana",), "rollback_execute", line, "q" * 63
    )
    said = lines(Status("ana", fired=[row]))
    assert all(len(each) <= 80 for each in said) and f"       {ID}" in said


def test_task_with_a_wide_line_is_folded() -> None:
    line = f'govern package update {ID} --retained "..." --refined "..."'
    said = lines(Status("ana", yours=[Task(f"update of package {ID}", line)]))
    assert all(len(each) <= 80 for each in said) and '       --retained "..." --refined "..."' in said
