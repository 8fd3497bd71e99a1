"""Mitigation lanes in words: the board, one lane in full, and the criteria as they were judged."""

from collections.abc import Iterable, Sequence
from typing import Any

from govern.domain.lane import LIFECYCLE, Lane, end_of, name_of
from govern.domain.mitigation.lane_board import Row
from govern.domain.mitigation.lane_debt import Fault
from govern.domain.mitigation.reentry import Assessment, Judged, Window
from govern.domain.windows import instant, spoken
from govern.report.answer import Answer
from govern.report.wrap import WIDTH, natural, table, wrapped

WORDS = {"passed": "passed", "provisional": "PROVISIONAL", "failed": "FAILED", "open": "open"}
HEADER = ["COHORT", "LANE", "REASON", "AGE", "LABEL", "CONF", "OWNER", "EXPIRES", "EVENT"]
NARROW = [0, 3, 4, 5, 6, 7, 8]  # where long keys leave no room: lane and reason go below


def board_answer(rows: Sequence[Row], now: str) -> Answer:
    """A line for every open lane with what stands behind it; then whom they hold back."""
    name = "mitigation board"
    if not rows:
        return Answer(
            name, ("no cohort is in mitigation",), advice=("next", "govern status"), data={"lanes": []}
        )
    lines = list(_interleaved(rows, now))
    lines += wrapped(_held(rows), "holds back: ", "  ")
    first = next((fault for row in rows for fault in row.faults if fault.blocks), None)
    line = first.line if first else f"govern mitigation assess {rows[0].lane.word}"
    return Answer(
        name, tuple(lines), advice=("next", line), data={"lanes": [row_data(row, now) for row in rows]}
    )


def _interleaved(rows: Sequence[Row], now: str) -> Iterable[str]:
    """The table, with a line of what is open under each of its rows."""
    cells = [_cells(row, now) for row in rows]
    wide = natural(HEADER, cells) <= WIDTH
    shown = range(len(HEADER)) if wide else NARROW
    lines = table([HEADER[place] for place in shown], [[cell[place] for place in shown] for cell in cells])
    yield lines[0]
    starts = [place for place, line in enumerate(lines) if place and not line.startswith(" ")]
    ends = [*starts[1:], len(lines)]
    for row, start, end in zip(rows, starts, ends, strict=False):
        yield from lines[start:end]
        below = "" if wide else f"{row.lane.id}, {row.lane.reason}; "
        yield from wrapped(f"{below}{_detail(row)}", "  ")
        for fault in row.faults:
            yield from wrapped(fault.said, "  " + ("BLOCKS " if fault.blocks else "warns  "), " " * 9)


def _cells(row: Row, now: str) -> list[str]:
    lane = row.lane
    confidence = row.found.confidence
    return [
        lane.cohort,
        lane.id,
        lane.reason,
        spoken(instant(now) - instant(lane.entered.body["entry_timestamp_utc"])),
        short(row.found.label),
        "-" if confidence is None else f"{confidence:.2f}",
        lane.owner,
        end_of(lane.expiry)[:10] + (", over" if lane.expired(now) else ""),
        f"{row.event} of {len(LIFECYCLE)}",
    ]


def short(label: str | None) -> str:
    """`medium` of eligible_medium_confidence: the board has little room."""
    if label is None:
        return "open"
    return "BLOCKED" if label.startswith("blocked") else label.split("_")[1]


def _detail(row: Row) -> str:
    alike: dict[tuple[str, str, str], list[str]] = {}
    for action in row.unresolved:
        of_it = (action.opened.body["reason_code"], action.owner, action.due[:10])
        alike.setdefault(of_it, []).append(action.id)
    rejections = "".join(
        f" {code} {' '.join(ids)} ({owner}, {due})" for (code, owner, due), ids in alike.items()
    )
    return (
        f"{name_of(row.lane.latest)}; rejections {len(row.unresolved)}{rejections}, provisional"
        f" {row.provisional}, replay {end_of(row.next_replay)[:10]}"
    )


def _held(rows: Sequence[Row]) -> str:
    """The cohorts themselves; where a lane is not in order, every promotion on its surfaces."""
    own = " ".join(row.lane.cohort for row in rows)
    faulty = [row.lane for row in rows if any(fault.blocks for fault in row.faults)]
    if not faulty:
        return f"{own}, nobody else"
    surfaces = sorted({surface for lane in faulty for surface in lane.surfaces})
    return f"{own}; and every promotion on {', '.join(surfaces)}"


def lane_answer(row: Row, now: str) -> Answer:
    """One lane in full: its state, its way so far, its criteria, its work."""
    lane, entered = row.lane, row.lane.entered.body
    version = entered["reentry_criteria_version"]
    lines = [
        *wrapped(f"{lane.id}  {lane.cohort}, attempt {lane.attempt}, owner {lane.owner}"),
        *_field("entered", f"{entered['entry_timestamp_utc']}, {lane.reason}" + _relapse(entered)),
        *_field(
            "on", f"{', '.join(lane.surfaces)}; {_packets(lane)}policy {entered['active_policy_version']}"
        ),
        *_field("held to", f"{lane.criteria} version {version if version is not None else 'unknown'}"),
        *_field("expires", f"with {lane.expiry}; next replay {row.next_replay}"),
        *_way(lane),
        *assessment_lines(row.found),
        *_work(lane, now),
    ]
    lines += [
        line
        for fault in row.faults
        for line in wrapped(fault.said, " " + ("BLOCKS " if fault.blocks else "warns  "), " " * 8)
    ]
    advice = row.faults[0].line if row.faults else f"govern mitigation assess {lane.word}"
    return Answer("mitigation board", tuple(lines), advice=("next", advice), data=row_data(row, now))


def _field(name: str, text: str) -> list[str]:
    return wrapped(text, f" {name:<11} ", " " * 13)


def _relapse(entered: Any) -> str:
    again = entered.get("relapse_of")
    return f"; a relapse of {again}: stricter criteria are proposed" if again else ""


def _packets(lane: Lane) -> str:
    return f"by {', '.join(lane.packets)}; " if lane.packets else ""


def _way(lane: Lane) -> list[str]:
    """The lifecycle events of this attempt, and what comes next."""
    lines = [
        f" {LIFECYCLE.index(name_of(record)) + 1} of 6      {record.at}  {name_of(record)} ({record.actor})"
        for record in lane.reached
    ]
    return [*lines, f" next        {lane.coming}"]


def _work(lane: Lane, now: str) -> list[str]:
    lines = []
    for action in lane.actions.values():
        body = action.opened.body
        state = "done" if action.closed else "OVERDUE" if action.overdue(now) else f"due {action.due[:10]}"
        said = f"{body['reason_code']}, {action.owner}, {state}: {body['required_evidence']}"
        lines += wrapped(said, f" {action.id:<11} ", " " * 13)
    return lines


def assessment_lines(found: Assessment) -> list[str]:
    """The matrix, the confidence of each window, and the label that follows."""
    rows = [_judged(each) for each in (*found.criteria, *found.signals)]
    width = max(len(name) for _, name, _ in rows)
    lines = []
    for word, name, said in rows:
        lines += wrapped(said, f" {word:<11} {name:<{width}}  ")
    build = f" of build {found.build}" if found.build else ""
    for window in found.windows:
        lines += wrapped(_window(window) + build, " confidence  ")
    if found.regressive:
        lines += wrapped(f"regressive: {', '.join(found.regressive)}, not contained", " ")
    return [*lines, f" label       {found.label or 'none yet: something is open'}"]


def _judged(each: Judged) -> tuple[str, str, str]:
    unseen = each.value is None and isinstance(each.limit, str) and each.limit
    said = unseen or f"{_value(each.value)}; {_limit(each)}{_seen(each)}"
    return WORDS[each.outcome], each.criterion, said


def _value(value: float | str | None) -> str:
    if value is None:
        return "not shown"
    if isinstance(value, str):
        return value
    return f"{value:.2f}" if isinstance(value, float) and not value.is_integer() else f"{value:g}"


def _limit(each: Judged) -> str:
    if isinstance(each.limit, str):
        return each.limit or "in band"
    return f"{each.limit:g} asked" if each.rule == "confidence_threshold" else f"{each.limit:g} allowed"


def _seen(each: Judged) -> str:
    return "" if each.rule == "carry_forward_not_expired" else f"; n {each.n:,}"


def _window(window: Window) -> str:
    if window.missing:
        lacks = (
            "nothing replayed" if window.missing == ("any",) else f"not replayed: {', '.join(window.missing)}"
        )
        return f"{window.window}  {lacks}"
    return f"{window.window}  {window.confidence:.3f}: {window.passed:,} of {window.n:,}"


def row_data(row: Row, now: str) -> dict[str, Any]:
    lane = row.lane
    return {
        "cohort_key": lane.cohort,
        "mitigation_mode_id": lane.id,
        "mitigation_entry_reason_code": lane.reason,
        "entry_timestamp_utc": lane.entered.body["entry_timestamp_utc"],
        "age_seconds": int(
            (instant(now) - instant(lane.entered.body["entry_timestamp_utc"])).total_seconds()
        ),
        "attempt": lane.attempt,
        "latest_event": name_of(lane.latest),
        "next_event": lane.coming,
        "owner": lane.owner,
        "expiry_window": lane.expiry,
        "critical": lane.critical,
        "surfaces": list(lane.surfaces),
        "packets": list(lane.packets),
        "unresolved_rejections": [
            {"action": a.id, "code": a.opened.body["reason_code"], "owner": a.owner, "due": a.due}
            for a in row.unresolved
        ],
        "provisional_count": row.provisional,
        "next_replay": row.next_replay,
        "faults": [_fault(fault) for fault in row.faults],
        **assessment_data(row.found),
    }


def _fault(fault: Fault) -> dict[str, Any]:
    return {"kind": fault.kind, "blocks": fault.blocks, "at": fault.at, "records": list(fault.records)}


def assessment_data(found: Assessment) -> dict[str, Any]:
    return {
        "label": found.label,
        "confidence": found.confidence,
        "build": found.build,
        "windows": [
            {
                "window": window.window,
                "n": window.n,
                "passed": window.passed,
                "confidence": window.confidence,
                "missing": list(window.missing),
            }
            for window in found.windows
        ],
        "criteria": [_judged_data(each) for each in found.criteria],
        "signals": [_judged_data(each) for each in found.signals],
        "regressive": list(found.regressive),
    }


def _judged_data(each: Judged) -> dict[str, Any]:
    return {
        "criterion": each.criterion,
        "rule": each.rule,
        "outcome": each.outcome,
        "value": each.value,
        "limit": each.limit,
        "n": each.n,
        "code": None if each.outcome == "passed" else each.code,
    }
