"""`govern trigger`: a rule over a file alone, a trigger of a packet in canary, and taking note that it fired."""

import csv
import json
from collections.abc import Sequence
from pathlib import Path

import pytest

from decision_logs import decision, write_csv
from govern.report.triggers import package_lines
from typed import Keyboard
from workspaces import Clone, git

PACKET = (
    "no-system-prompt"  # public is on next since 09:30 on 2026-11-21; above 5 percent, two hours in a row
)
TRIGGER = "policy-dislocation"
NOW = "2026-11-22T10:00:00Z"
ALONE = ("--op", "above", "--threshold", "45", "--consecutive", "3")
NEXT = {"surface": "chat", "cohort_key": "public", "model_version_active": "llama-2-70b-chat+v2"}
BACK = f"govern rollback execute {PACKET} --cohort public"


@pytest.fixture
def typed(team: Clone, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Keyboard:
    return Keyboard(team.directory, capsys, monkeypatch)


@pytest.fixture
def alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Keyboard:
    """A folder that is no repository."""
    return Keyboard(tmp_path, capsys, monkeypatch)


def hours(folder: Path, values: Sequence[object], first: int = 10, name: str = "rates.csv") -> str:
    """A series of hours from 10 o'clock on 2026-11-21, that of the canary, on."""
    rows = [
        f"2026-11-{21 + hour // 24}T{hour % 24:02}:00:00Z,{value}" for hour, value in enumerate(values, first)
    ]
    (folder / name).write_text("\n".join(["timestamp,value", *rows, ""]), "utf-8")
    return name


def evaluate(typed: Keyboard, file: str, *more: str, now: str = NOW):
    return typed("trigger", "evaluate", PACKET, "--series", file, *more, now=now)


def test_rule_alone_gives_firing_runs_without_a_workspace(alone: Keyboard) -> None:
    file = hours(alone.directory, [50, 50, 50, 50, 1, 50])
    said = alone("trigger", "evaluate", "--series", file, *ALONE, "--format", "json")
    assert (said.code, said.json["data"]["firing_runs"], said.json["data"]["fired"]) == (0, [[2, 3]], True)
    said = alone("trigger", "evaluate", "--series", file, *ALONE)
    assert said.lines == [
        "FIRED once in 6 windows: 3 windows above 45 in a row",
        "  2-3  2026-11-21T12:00:00Z to 2026-11-21T13:00:00Z",
    ]


def test_rule_alone_is_no_when_it_did_not_fire_and_still_ends_well(alone: Keyboard) -> None:
    said = alone("trigger", "evaluate", "--series", hours(alone.directory, [50, 1, 50]), *ALONE)
    assert (said.code, said.lines) == (0, ["not fired: 1 of 3 windows above 45"])


@pytest.mark.parametrize(
    ("sign", "runs"), [(">", [[2, 2]]), (">=", [[1, 2]]), ("<", [[0, 0]]), ("<=", [[0, 1]])]
)
def test_rule_alone_takes_signs(sign: str, runs: list[list[int]], alone: Keyboard) -> None:
    words = ("--op", sign, "--threshold", "5", "--consecutive", "1", "--format", "json")
    said = alone("trigger", "evaluate", "--series", hours(alone.directory, [4, 5, 6]), *words)
    assert said.json["data"]["firing_runs"] == runs


def test_rule_alone_counts_each_cohort_by_itself(alone: Keyboard) -> None:
    rows = [
        f"2026-11-21T{hour}:00:00Z,{cohort},{value}"
        for hour in (10, 11, 12)
        for cohort, value in (("a", 50), ("b", 1))
    ]
    (alone.directory / "two.csv").write_text("\n".join(["timestamp,cohort_key,value", *rows]), "utf-8")
    data = alone("trigger", "evaluate", "--series", "two.csv", *ALONE, "--format", "json").json["data"]
    assert data["firing_runs"] is None
    assert [(line["cohort"], line["firing_runs"]) for line in data["lines"]] == [("a", [[2, 2]]), ("b", [])]
    words = ("trigger", "evaluate", "--series", "two.csv", *ALONE, "--cohort")
    assert alone(*words, "a", "--format", "json").json["data"]["firing_runs"] == [[2, 2]]
    assert alone(*words, "c").code == 2


def test_rule_alone_is_inconclusive_when_the_newest_windows_are_no_numbers(alone: Keyboard) -> None:
    said = alone(
        "trigger", "evaluate", "--series", hours(alone.directory, [50, 50, "NaN"]), *ALONE, "--format", "json"
    )
    assert (said.code, said.json["verdict"], said.json["data"]["firing_runs"]) == (1, "inconclusive", [])


def test_rule_alone_counts_bad_ones_among_many(alone: Keyboard) -> None:
    file = hours(alone.directory, [9, 1, 9, 1, 1, 9])
    words = ("--op", "at_least", "--threshold", "9", "--bad", "2", "--of", "3")
    said = alone("trigger", "evaluate", "--series", file, *words)
    assert said.lines[0] == "FIRED once in 6 windows: 2 windows at least 9 among 3"
    found = alone("trigger", "evaluate", "--series", file, *words, "--format", "json").json["data"]
    tested = alone("trigger", "backtest", "--series", file, *words, "--format", "json").json["data"]
    assert found["firing_runs"] == tested["firing_runs"] == [[2, 2]]


def test_rule_alone_fires_where_prometheus_fires(alone: Keyboard, shared_data: Path) -> None:
    """One series of the 108 cases, whole, through the command line; see ../shared/data/kpi_nab."""
    folder = shared_data / "kpi_nab"
    cases = json.loads((folder / "oracle_promtool.json").read_text("utf-8"))
    series = folder / "series/ec2_request_latency_system_failure.csv"
    with series.open(newline="") as file:
        rows = list(csv.reader(file))[:3001]
    with (alone.directory / "latency.csv").open("w", newline="") as file:
        csv.writer(file).writerows(rows)
    for case in (case for case in cases if case["series"] == series.stem):
        words = (
            "--op",
            case["op"],
            "--threshold",
            str(case["threshold"]),
            "--consecutive",
            str(case["consecutive"]),
        )
        said = alone("trigger", "evaluate", "--series", "latency.csv", *words, "--format", "json")
        assert said.json["data"]["firing_runs"] == case["firing_runs"]


@pytest.mark.parametrize(
    ("words", "says"),
    [
        ((), "evaluate what?"),
        (("--op", "above"), "go together"),
        (("--series", "rates.csv", "--op", ">", "--threshold", "1", "--bad", "3"), "among how many"),
        (("--series", "late.csv", *ALONE), "rows that lie before the one above them: 2"),
        (
            ("--series", "rates.csv", "--op", "over", "--threshold", "1", "--consecutive", "1"),
            "no --op `over`",
        ),
        (
            ("--series", "rates.csv", "--op", ">", "--threshold", "nan", "--consecutive", "1"),
            "takes a number",
        ),
        (("--series", "rates.csv", "--op", ">", "--threshold", "1", "--consecutive", "0"), "from 1 on"),
        (("--series", "nope.csv", *ALONE), "nope.csv: there is no such file"),
        ((PACKET, "--series", "rates.csv", *ALONE), "brings its own rule"),
    ],
)
def test_rule_alone_is_refused_when_the_words_do_not_fit(
    words: tuple[str, ...], says: str, alone: Keyboard
) -> None:
    hours(alone.directory, [1])
    late = "timestamp,value\n2026-11-21T11:00:00Z,9\n2026-11-21T10:00:00Z,9\n"
    (alone.directory / "late.csv").write_text(late, "utf-8")
    said = alone("trigger", "evaluate", *words)
    assert (
        said.code == 2
        and says in said.text.replace("\n  ", " ")
        and said.advice[1].startswith("govern trigger")
    )


def test_trigger_that_fires_is_recorded_once_and_gives_the_line_to_type(typed: Keyboard) -> None:
    file = hours(typed.directory, [1, 6.5, 7.25, 1])
    said = evaluate(typed, file)
    assert said.code == 0 and said.advice == ("type", BACK)
    assert said.lines[0] == f"FIRED {TRIGGER}  public 7.25 %; limit 5 %, 2 windows of 1 h"
    assert "on chat-b2, llama-2-70b-chat+v2, calibration initial" in said.text.replace("\n  ", " ")
    tip = typed.tip
    again = evaluate(typed, file)
    assert typed.tip == tip and again.lines[0].startswith("FIRED already") and again.advice == ("type", BACK)
    assert typed.audited() == []


def test_firing_that_goes_on_is_the_same_one(typed: Keyboard) -> None:
    evaluate(typed, hours(typed.directory, [7, 7]))
    tip = typed.tip
    for values, first in (([7, 7, 7, 7], 10), ([7, 7], 12)):
        assert evaluate(typed, hours(typed.directory, values, first)).lines[0].startswith("FIRED already")
    assert typed.tip == tip
    assert evaluate(typed, hours(typed.directory, [7, 7, 1, 7, 7])).lines[0].startswith("FIRED policy")
    assert typed.tip != tip


def test_line_to_type_names_the_firing_when_several_wait(typed: Keyboard) -> None:
    evaluate(typed, hours(typed.directory, [7, 7]))
    said = evaluate(typed, hours(typed.directory, [7, 7, 1, 7, 7]))
    assert said.advice == ("type", f"{BACK} --trigger packets/{PACKET}#7")
    assert typed(*said.advice[1].split()[1:], "--yes", now=NOW).code == 0
    assert typed.audited() == []


def test_trigger_that_did_not_fire_says_how_far_it_is_and_records_nothing(typed: Keyboard) -> None:
    tip = typed.tip
    said = evaluate(typed, hours(typed.directory, [6, 5, 6]))
    assert said.code == 0 and said.lines[0] == "not fired: 1 of 2 windows above 5 percent"
    data = evaluate(typed, "rates.csv", "--format", "json").json["data"]
    assert (data["fired"], data["firing_runs"], typed.tip) == (False, [], tip)


def test_dry_run_fires_and_records_nothing(typed: Keyboard) -> None:
    tip = typed.tip
    said = evaluate(typed, hours(typed.directory, [6, 6]), "--dry-run")
    assert said.code == 0 and said.lines[0].startswith("FIRED") and typed.tip == tip
    assert said.advice == ("next", f"govern trigger evaluate {PACKET} --series rates.csv")


@pytest.mark.parametrize(
    ("values", "first", "why"),
    [
        ([9, 9, 1], 8, "the first of them began before next was bound"),
        ([1, 9, 9], 7 + 24, "the last of them is not over"),
        ([9, "", 9], 10, "no data is inconclusive"),
        ([9, "NaN", 9], 10, "a measurement error is no breach"),
    ],
)
def test_windows_that_do_not_count_do_not_fire(
    values: list[object], first: int, why: str, typed: Keyboard
) -> None:
    now = "2026-11-22T09:59:59Z"
    data = evaluate(typed, hours(typed.directory, values, first), "--format", "json", now=now).json["data"]
    assert data["fired"] is False, why


def test_hole_in_the_file_is_a_window_without_data(typed: Keyboard) -> None:
    (typed.directory / "rates.csv").write_text(
        "timestamp,value\n2026-11-21T12:00:00Z,9\n2026-11-21T10:00:00Z,9\n", "utf-8"
    )
    (line,) = evaluate(typed, "rates.csv", "--format", "json").json["data"]["lines"]
    assert (line["windows"], line["not_judged"], line["firing_runs"]) == (3, 1, [])


FILES = [
    ("timestamp,value\n2026-11-21T10:00:00Z,1\n2026-11-21T10:30:00Z,1\n", "two rows in one window of PT1H"),
    ("window,value\n2026-11-21T10:30:00Z,1\n", "no window of PT1H begins at 2026-11-21T10:30:00Z"),
    ("window,value\n2026-11-20T10:00:00Z,1\n", "no window of PT1H is over that began since next was bound"),
    ("timestamp,value,cohort_key\n2026-11-21T10:00:00Z,1,publik\n", "nearest: public"),
]


@pytest.mark.parametrize(("text", "says"), FILES, ids=[says for _, says in FILES])
def test_file_that_does_not_fit_the_windows_is_refused(text: str, says: str, typed: Keyboard) -> None:
    (typed.directory / "rates.csv").write_text(text, "utf-8")
    tip = typed.tip
    said = evaluate(typed, "rates.csv")
    assert said.code == 2 and says in " ".join(said.text.split()) and typed.tip == tip


@pytest.mark.parametrize(
    ("words", "says", "line"),
    [
        ((PACKET,), "no file of decisions there", f"govern trigger evaluate {PACKET} --series FILE.csv"),
        (("no-systm-prompt", "--series", "rates.csv"), "no packet", "govern status"),
        ((PACKET, "--trigger", "dislocation", "--series", "rates.csv"), f"nearest: {TRIGGER}",
         f"govern trigger evaluate {PACKET} --trigger {TRIGGER} --series rates.csv"),
        (("--trigger", "dislocation", "--series", "rates.csv"), f"nearest: {TRIGGER}",
         f"govern trigger evaluate --trigger {TRIGGER} --series rates.csv"),
        ((PACKET, "--series", "rates.csv", "--cohort", "pubic"), "nearest: public",
         f"govern trigger evaluate {PACKET} --series rates.csv --cohort public"),
    ],
)  # fmt: skip
def test_slip_is_answered_with_what_was_meant(
    words: tuple[str, ...], says: str, line: str, typed: Keyboard
) -> None:
    hours(typed.directory, [9, 9])
    said = typed("trigger", "evaluate", *words, now=NOW)
    assert said.code == 2 and says in " ".join(said.text.split()) and said.advice == ("type", line)


def test_trigger_is_enough_where_one_packet_has_it(typed: Keyboard) -> None:
    file = hours(typed.directory, [9, 9])
    said = typed("trigger", "evaluate", "--trigger", TRIGGER, "--series", file, now=NOW)
    assert said.code == 0 and said.advice == ("type", BACK)


def test_record_names_the_file_as_it_lies_in_the_repository_or_by_its_name_alone(typed: Keyboard) -> None:
    (typed.directory / "logs").mkdir()
    hours(typed.directory / "logs", [9, 9])
    hours(typed.directory.parent, [1, 1, 1, 9, 9], name="outside.csv")
    for file, path in (("logs/rates.csv", "logs/rates.csv"), ("../outside.csv", "outside.csv")):
        (record,) = evaluate(typed, file, "--format", "json").json["data"]["records"]
        assert record["body"]["source"]["path"] == path


def test_note_is_taken_once_with_the_time_it_took(typed: Keyboard) -> None:
    assert "nothing to do" in typed("trigger", "ack", PACKET, now=NOW).text
    evaluate(typed, hours(typed.directory, [9, 9]))
    said = typed("trigger", "ack", PACKET, now="2026-11-22T10:04:19Z", who="ana")
    assert (said.code, said.lines[0]) == (0, f"acknowledged 4 min 19 s after {TRIGGER} fired")
    tip = typed.tip
    again = typed("trigger", "ack", PACKET, "--trigger", f"packets/{PACKET}#6", now="2026-11-22T10:05:00Z")
    assert again.code == 0 and "ana took note" in again.text and typed.tip == tip
    assert "ana took note" in evaluate(typed, "rates.csv", now="2026-11-22T10:05:00Z").text
    assert typed.audited() == []


def test_note_of_one_of_several_is_asked_for_by_record(typed: Keyboard) -> None:
    evaluate(typed, hours(typed.directory, [9, 9]))
    evaluate(typed, hours(typed.directory, [9, 9, 1, 9, 9]))
    said = typed("trigger", "ack", PACKET, now=NOW)
    assert (said.code, said.advice[1]) == (2, f"govern trigger ack {PACKET} --trigger packets/{PACKET}#7")
    assert typed("trigger", "ack", PACKET, "--trigger", f"packets/{PACKET}#7", now=NOW).code == 0
    assert typed("trigger", "ack", PACKET, "--trigger", TRIGGER, now=NOW).code == 0
    assert (
        git(typed.directory, "log", "--format=%s", "-2", "govern-ledger").count("incident_acknowledged") == 2
    )


def test_note_of_a_misspelt_trigger_is_refused_with_the_line(typed: Keyboard) -> None:
    evaluate(typed, hours(typed.directory, [9, 9]))
    tip = typed.tip
    said = typed("trigger", "ack", PACKET, "--trigger", "policy-dislocatoin", now=NOW)
    assert (said.code, said.advice) == (2, ("type", f"govern trigger ack {PACKET} --trigger {TRIGGER}"))
    assert f"has no trigger `policy-dislocatoin`; nearest: {TRIGGER}" in " ".join(said.text.split())
    assert typed.tip == tip
    assert typed(*said.advice[1].split()[1:], now=NOW).code == 0


def test_value_corrected_after_the_firing_is_said_and_fires_no_second_time(typed: Keyboard) -> None:
    evaluate(typed, hours(typed.directory, [7, 7.25, 1]))
    tip = typed.tip
    said = evaluate(typed, hours(typed.directory, [7, 2, 1]))
    told = " ".join(said.text.split())
    assert said.lines[0].startswith("not fired") and typed.tip == tip
    assert f"corrected since packets/{PACKET}#6 fired: public 2026-11-21T11:00:00Z 7.25, now 2" in told
    again = evaluate(typed, hours(typed.directory, [7, 7.5, 9]))
    assert again.lines[0].startswith("FIRED already") and "7.25, now 7.5" in again.text and typed.tip == tip
    assert "corrected" not in evaluate(typed, hours(typed.directory, [7, 7.25, 1])).text
    assert typed.audited() == []


def test_windows_that_come_late_join_the_firing_that_they_touch(typed: Keyboard) -> None:
    evaluate(typed, hours(typed.directory, [7, 7], first=14))
    tip = typed.tip
    assert (
        evaluate(typed, hours(typed.directory, [7, 7, 7, 7], first=12)).lines[0].startswith("FIRED already")
    )
    assert typed.tip == tip
    said = evaluate(typed, hours(typed.directory, [7, 7, 1, 1, 7, 7], first=10))
    assert said.lines[0].startswith("FIRED policy") and typed.tip != tip  # one that nobody had known of
    assert typed.audited() == []


def test_hours_of_summer_time_are_told_apart_by_their_offset(typed: Keyboard) -> None:
    """Berlin, when the clocks go back: two o'clock comes twice."""
    now, night = "2027-10-31T09:00:00Z", "2027-10-31T0{}:00:00{}"
    times = [night.format(2, "+02:00"), night.format(2, "+01:00"), night.format(3, "+01:00")]
    rows = [f"{at},{value}" for at, value in zip(times, (7, 8, 1), strict=True)]
    (typed.directory / "rates.csv").write_text("\n".join(["timestamp,value", *rows]), "utf-8")
    (record,) = evaluate(typed, "rates.csv", "--format", "json", now=now).json["data"]["records"]
    assert record["body"]["windows"] == ["2027-10-31/PT1H", "2027-10-31T01:00:00Z/PT1H"]
    (typed.directory / "rates.csv").write_text(
        "\n".join(["timestamp,value", *(row[:19] + row[25:] for row in rows)]), "utf-8"
    )
    said = evaluate(typed, "rates.csv", now=now)
    assert said.code == 2 and "times name no zone" in said.text and "twice" in said.text


def test_file_about_nobody_who_is_counted_says_so(typed: Keyboard) -> None:
    (typed.directory / "rates.csv").write_text(
        "timestamp,value,cohort_key\n2026-11-21T10:00:00Z,1,publik\n", "utf-8"
    )
    said = evaluate(typed, "rates.csv")
    assert said.code == 2 and said.lines[0] == "refused: rates.csv: has no row of anybody who is counted"


def test_package_is_said_with_its_steps_its_people_and_where_it_is_told_in_whole() -> None:
    package = {
        "id": "refusals",
        "actions": [{"do": "Put the filter on the strict setting of last week"}, {"do": "Stop releases"}],
        "owner_routes": {"release": "ana", "analytics": "ben"},
    }
    assert package_lines(package) == [
        "package  refusals: 1 Put the filter on the strict setting of last week. 2 Stop",
        "         releases. Release ana, analytics ben",
        "         govern show refusals",
    ]


def test_long_firing_lies_in_a_table_and_is_known_again(typed: Keyboard) -> None:
    rows = [f"2026-11-{day}T{hour:02}:00:00Z,9" for day in range(22, 31) for hour in range(24)]
    (typed.directory / "rates.csv").write_text("\n".join(["timestamp,value", *rows]), "utf-8")
    now = "2026-12-02T00:00:00Z"
    assert evaluate(typed, "rates.csv", now=now).lines[0].startswith("FIRED policy")
    body = git(typed.directory, "show", f"govern-ledger:records/packets/{PACKET}/0006.yaml")
    assert '"listed"' in body and len(body) < 4_000
    assert evaluate(typed, "rates.csv", now=now).lines[0].startswith("FIRED already")
    assert typed.audited() == []


def test_decision_log_is_measured_without_a_file(typed: Keyboard) -> None:
    """Hours of 120 decisions on next, 10 percent of them out of policy from 12 on; the log ends at 15."""
    rows = [
        decision(f"{hour}-{n}", decided_at=f"2026-11-21T{hour}:{n % 60:02}:00Z", policy_pass=n >= bad, **NEXT)
        for hour, bad in ((10, 0), (11, 3), (12, 12), (13, 12), (14, 6))
        for n in range(120)
    ]
    log = typed.directory / "logs/decisions-1.csv"
    write_csv(log, [*rows, decision("last", decided_at="2026-11-21T15:00:00Z", **NEXT)])
    said = typed("trigger", "evaluate", PACKET, now=NOW)
    assert said.code == 0 and said.advice == ("type", BACK)
    assert said.lines[:3] == [
        f"FIRED {TRIGGER}  public 10.0 %; limit 5 %, 2 windows of 1 h",
        "  counted: windows of 1 h, 2026-11-21T10:00:00Z to 2026-11-21T15:00:00Z",
        "  not over in the log, which ends at 2026-11-21T15:00:00Z: 19 windows",
    ]
    tip = typed.tip
    assert typed("trigger", "evaluate", PACKET, now=NOW).lines[0].startswith("FIRED already")
    said = typed("trigger", "evaluate", PACKET, "--format", "json", now=NOW)
    source = said.json["data"]["source"]
    assert (source["name"], source["query"], source["rows"]) == ("decisions", "policy_dislocation_rate", 601)
    assert typed.tip == tip and typed.audited() == []
    log.unlink()
    assert typed.audited() == [], "the record stands without the log"
