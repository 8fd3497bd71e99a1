"""`govern trigger backtest`: rules and triggers over files with labels, as a person and as a program asks for it."""

import csv
import json
import shlex
from collections.abc import Sequence
from pathlib import Path
from xml.etree import ElementTree

import pytest

from typed import Keyboard
from workspaces import Clone

RULE = ("--op", ">", "--threshold", "5", "--consecutive", "2")
LABELS = "start,end\n2026-11-20T00:10:00Z,2026-11-20T00:13:00Z\n2026-11-20T00:40:00Z,2026-11-20T00:43:00Z\n"
TRIGGER = "policy-dislocation"  # above 5 percent, two windows of an hour in a row


@pytest.fixture
def alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Keyboard:
    """A folder that is no repository, with a series of an hour and labels for two incidents in it."""
    folder = tmp_path / "alone"
    folder.mkdir()
    values = ["1"] * 60
    for minute in (11, 12, 25, 26, 41, 42):
        values[minute] = "9"
    minutes(folder, values)
    (folder / "labels.csv").write_text(LABELS, "utf-8")
    return Keyboard(folder, capsys, monkeypatch)


@pytest.fixture
def team_typed(team: Clone, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Keyboard:
    return Keyboard(team.directory, capsys, monkeypatch)


def minutes(folder: Path, values: Sequence[object], name: str = "s.csv") -> None:
    rows = [f"2026-11-20T{place // 60:02}:{place % 60:02}:00Z,{value}" for place, value in enumerate(values)]
    (folder / name).write_text("\n".join(["timestamp,value", *rows, ""]), "utf-8")


def backtest(typed: Keyboard, *words: str):
    return typed("trigger", "backtest", *words)


def data(typed: Keyboard, *words: str):
    return backtest(typed, *words, "--format", "json").json["data"]


def test_rule_over_a_file_gives_the_runs_that_evaluate_gives(alone: Keyboard) -> None:
    found = data(alone, "--series", "s.csv", *RULE)
    told = alone("trigger", "evaluate", "--series", "s.csv", *RULE, "--format", "json").json["data"]
    assert found["firing_runs"] == told["firing_runs"] == [[12, 12], [26, 26], [42, 42]]
    assert backtest(alone, "--series", "s.csv", *RULE).lines[2] == "FIRED 3 times"


@pytest.mark.parametrize("series", sorted(["art_flatline", "cpu_utilization_asg_misconfiguration", "nyc_taxi",
    "ec2_cpu_utilization_24ae8d", "ec2_cpu_utilization_825cc2", "ec2_cpu_utilization_c6585a", "speed_6005",
    "ec2_request_latency_system_failure", "elb_request_count_8c0756", "exchange-2_cpc_results",
    "exchange-3_cpm_results", "rds_cpu_utilization_e47b3b"]))  # fmt: skip
def test_command_fires_where_prometheus_fires(series: str, alone: Keyboard, shared_data: Path) -> None:
    """All 108 rules that promtool evaluated with `for:`, nine a series; see ../shared/data/kpi_nab."""
    folder = shared_data / "kpi_nab"
    cases = [
        case
        for case in json.loads((folder / "oracle_promtool.json").read_text("utf-8"))
        if case["series"] == series
    ]
    with (folder / f"series/{series}.csv").open(newline="") as file:
        rows = list(csv.reader(file))[: cases[0]["windows"] + 1]
    with (alone.directory / "nab.csv").open("w", newline="") as file:
        csv.writer(file).writerows(rows)
    assert len(cases) == 9
    for case in cases:
        words = ("--op", case["op"], "--threshold", str(case["threshold"]))
        found = data(alone, "--series", "nab.csv", *words, "--consecutive", str(case["consecutive"]))
        assert found["firing_runs"] == case["firing_runs"], case


def test_threshold_is_judged_against_labels_and_another_is_suggested(alone: Keyboard) -> None:
    said = backtest(alone, "--series", "s.csv", "--incidents", "labels.csv", *RULE)
    assert said.code == 0 and said.lines == [
        "rule   above 5, 2 windows in a row",
        "  60 windows, 2026-11-20T00:00:00Z to 2026-11-20T00:59:00Z",
        "THRESHOLD             CAUGHT  FALSE ALARMS  A WEEK  MIDDLE DELAY",
        "        5  given      2 of 2             1   170.8  2 min",
        "       13  suggested  0 of 2             0     0.0  -",
        "suggested beyond every value here: within 1 false alarm a week none of the 2",
        "  thresholds tried, 13 to 5, caught an incident",
        "with 5, given:",
        "caught  2026-11-20T00:10:00Z  after 2 min",
        "caught  2026-11-20T00:40:00Z  after 2 min",
        "false   2026-11-20T00:26:00Z",
        said.lines[-1],
    ]
    assert said.advice[1].endswith("--fit-until 0.5")
    found = data(alone, "--series", "s.csv", "--incidents", "labels.csv", "--budget", "200", *RULE)
    assert (found["suggested"]["hits"], found["suggested"]["false_alarms"]) == (2, 1)
    assert [row["threshold"] for row in found["sweep"]] == [13, 5]


def test_fitted_on_the_first_part_and_judged_on_the_rest(alone: Keyboard) -> None:
    words = ("--series", "s.csv", "--incidents", "labels.csv", "--op", "above", "--consecutive", "2")
    for split in ("0.5", "50%", "2026-11-20T00:30:00Z"):
        found = data(alone, *words, "--budget", "400", "--fit-until", split)
        assert found["fit_until"] == "2026-11-20T00:30:00Z" and found["given"] is None
        assert (found["fit"]["hits"], found["fit"]["false_alarms"]) == (1, 1)
        assert (found["suggested"]["hits"], found["suggested"]["incidents"]) == (1, 1)
        assert found["suggested"]["false_alarms"] == 0 and found["suggested"]["threshold"] == 5


def test_some_bad_windows_among_many(alone: Keyboard) -> None:
    minutes(alone.directory, [9, 1, 9, 1, 1, 9])
    words = ("--series", "s.csv", "--op", ">=", "--threshold", "9", "--bad", "2", "--of", "3")
    assert data(alone, *words)["firing_runs"] == [[2, 2]]


def test_labels_of_several_series_are_told_apart_by_the_name_of_the_file(alone: Keyboard) -> None:
    rows = ("other,2026-11-20T00:00:00Z,2026-11-20T00:59:00Z", "s,2026-11-20T00:25:00Z,2026-11-20T00:26:00Z")
    labels = "\n".join(["series,start,end", *rows])
    (alone.directory / "all.csv").write_text(labels, "utf-8")
    found = data(alone, "--series", "s.csv", "--incidents", "all.csv", *RULE)["given"]
    assert (found["hits"], found["incidents"], found["false_alarms"]) == (1, 1, 2)


def test_incident_of_a_cohort_is_caught_in_its_own_line(alone: Keyboard) -> None:
    rows = [
        f"2026-11-20T00:0{minute}:00Z,{cohort},{9 if cohort == 'a' and minute > 2 else 1}"
        for minute in range(8)
        for cohort in ("a", "b")
    ]
    (alone.directory / "two.csv").write_text("\n".join(["timestamp,cohort_key,value", *rows]), "utf-8")
    label = "cohort_key,start,end\n{},2026-11-20T00:02:00Z,2026-11-20T00:07:00Z\n"
    for cohort, hits, false in (("a", 1, 0), ("b", 0, 1)):
        (alone.directory / "labels.csv").write_text(label.format(cohort), "utf-8")
        found = data(alone, "--series", "two.csv", "--incidents", "labels.csv", *RULE)["given"]
        assert (found["incidents"], found["hits"], found["false_alarms"]) == (1, hits, false)


def test_labels_that_name_no_such_series_are_said(alone: Keyboard) -> None:
    (alone.directory / "all.csv").write_text("series,start,end\nother,2026-11-20,2026-11-21\n", "utf-8")
    said = backtest(alone, "--series", "s.csv", "--incidents", "all.csv", *RULE)
    assert "  all.csv: 1 incident left out, their column `series` names no s" in said.lines
    assert "  no incident is labelled here: every alarm counts as false" in said.lines
    assert said.lines[-2].startswith("false ") and "0 of 0" in said.text


@pytest.mark.parametrize(
    ("labels", "says"),
    [
        ("2026-11-19T00:00:00Z,2026-11-19T12:00:00Z", "1 of 1 incidents lie outside of the series"),
        ("2026-11-19T00:00:00Z,2026-11-20T00:11:00Z", "1 incident was under way before the first window"),
    ],
)
def test_incident_that_the_series_does_not_hold_is_said(labels: str, says: str, alone: Keyboard) -> None:
    (alone.directory / "labels.csv").write_text(f"start,end\n{labels}\n", "utf-8")
    said = backtest(alone, "--series", "s.csv", "--incidents", "labels.csv", *RULE)
    assert said.code == 0 and says in " ".join(said.text.split())


def test_overlapping_incidents_are_caught_by_one_alarm(alone: Keyboard) -> None:
    rows = ("2026-11-20T00:10:00Z,2026-11-20T00:13:00Z", "2026-11-20T00:11:00Z,2026-11-20T00:20:00Z")
    (alone.directory / "labels.csv").write_text("\n".join(["start,end", *rows]), "utf-8")
    found = data(alone, "--series", "s.csv", "--incidents", "labels.csv", *RULE)["given"]
    assert (found["hits"], found["incidents"], found["false_alarms"]) == (2, 2, 2)
    assert [each["delay_seconds"] for each in found["caught"]] == [120, 60]


def test_suggestion_is_never_worse_than_what_was_given(alone: Keyboard) -> None:
    """An incident that fills most of the file: its own level is the middle of all values."""
    minutes(alone.directory, [1, 9, 9, 9, 9, 1, 1])
    label = "start,end\n2026-11-20T00:01:00Z,2026-11-20T00:05:00Z\n"
    (alone.directory / "labels.csv").write_text(label, "utf-8")
    words = ("--series", "s.csv", "--incidents", "labels.csv", "--op", "above", "--consecutive", "1")
    for given in ((), ("--threshold", "5")):
        found = data(alone, *words, *given)
        assert (found["suggested"]["hits"], found["suggested"]["false_alarms"]) == (1, 0)


@pytest.mark.parametrize("rows", [1, 2])
def test_past_of_one_moment_cannot_be_split(rows: int, alone: Keyboard) -> None:
    lines = [f"2026-11-20T00:00:00Z,{cohort},9" for cohort in "ab"[:rows]]
    (alone.directory / "one.csv").write_text("\n".join(["timestamp,cohort_key,value", *lines]), "utf-8")
    words = ("trigger", "backtest", "--series", "one.csv", "--incidents", "labels.csv", *RULE)
    said = alone(*words, "--fit-until", "0.5")
    assert said.code == 2 and "nothing is left to judge on" in " ".join(said.text.split())
    assert said.advice[1].endswith("--consecutive 2")
    mended = alone(*("trigger", "backtest", "--series", "one.csv", "--incidents", "labels.csv", *RULE))
    assert mended.code == 0


def test_line_that_mends_a_rule_is_taken(alone: Keyboard) -> None:
    for words in (("--bad", "5"), ("--of", "3"), ()):
        said = backtest(alone, "--series", "s.csv", "--op", ">", "--threshold", "5", *words)
        assert said.code == 2
        assert alone(*shlex.split(said.advice[1])[1:]).code == 0, said.advice


def test_misspelt_trigger_gives_the_mended_line(team_typed: Keyboard) -> None:
    hours(team_typed.directory, [1, 7])
    said = backtest(team_typed, "policy-dislocatoin", "--series", "rates.csv")
    assert said.advice == ("type", f"govern trigger backtest {TRIGGER} --series rates.csv")


def test_picture_of_the_sweep_is_whole_and_the_same_again(alone: Keyboard) -> None:
    words = ("--series", "s.csv", "--incidents", "labels.csv", *RULE, "--budget", "200", "--out", "sweep.svg")
    assert "wrote sweep.svg" in backtest(alone, *words).text
    picture = (alone.directory / "sweep.svg").read_bytes()
    root = ElementTree.fromstring(picture)
    told = "".join(root.itertext())
    assert "incidents caught" in told and "budget 200" in told and "suggested 5" in told
    assert backtest(alone, *words).code == 2  # it is there already
    backtest(alone, *words, "--force")
    assert (alone.directory / "sweep.svg").read_bytes() == picture


FORMS = {
    "jsonl": '{"timestamp": "2026-11-20T00:00:00Z", "value": 9}\n{"timestamp": "2026-11-20T00:01:00Z", "value": null}\n'
    '{"timestamp": "2026-11-20T00:02:00Z", "value": 7.5}\n',
    "csv": "timestamp,value\n2026-11-20T00:00:00Z,9\n2026-11-20T00:01:00Z,\n2026-11-20T00:02:00Z,7.5\n",
}


@pytest.mark.parametrize("form", ["csv", "jsonl", "parquet"])
def test_file_of_every_form_says_the_same(form: str, alone: Keyboard) -> None:
    path = alone.directory / f"t.{form}"
    if form == "parquet":
        import duckdb

        (alone.directory / "t.csv").write_text(FORMS["csv"], "utf-8")
        duckdb.sql(f"COPY (FROM '{alone.directory / 't.csv'}') TO '{path}' (FORMAT parquet)")
    else:
        path.write_text(FORMS[form], "utf-8")
    found = data(alone, "--series", path.name, "--op", ">", "--threshold", "5", "--consecutive", "1")
    assert found["firing_runs"] == [[0, 0], [2, 2]] and found["lines"][0]["not_judged"] == 1


ODD = [
    (
        "NaN, infinity and a gap are said",
        "a,9\nb,NaN\nc,inf\ne,9\n",
        ["2 windows that nobody can judge", "1 gap"],
    ),
    ("a time that stands twice is said", "a,9\nb,9\nb,9\n", ["1 repeated time"]),
]


@pytest.mark.parametrize(("rows", "says"), [case[1:] for case in ODD], ids=[case[0] for case in ODD])
def test_odd_rows_are_counted_and_said(rows: str, says: list[str], alone: Keyboard) -> None:
    times = {letter: f"2026-11-20T00:0{place}:00Z" for place, letter in enumerate("abcde")}
    lines = [f"{times[row[0]]}{row[1:]}" for row in rows.split()]
    (alone.directory / "odd.csv").write_text("\n".join(["timestamp,value", *lines]), "utf-8")
    said = backtest(alone, "--series", "odd.csv", *RULE)
    assert said.code == 0 and all(each in " ".join(said.text.split()) for each in says)


LATE = "timestamp,value\n2026-11-20T00:01:00Z,1\n2026-11-20T00:00:00Z,1\n"
BAD = [
    ({"b.csv": LATE}, ("--series", "b.csv", *RULE), "rows that lie before the one above them: 2"),
    ({"b.csv": "timestamp,value\n"}, ("--series", "b.csv", *RULE), "has no row"),
    ({"b.csv": ""}, ("--series", "b.csv", *RULE), "has no column"),
    ({"b.csv": "timestamp,value\n2026-11-20,high\n"}, ("--series", "b.csv", *RULE), "no number"),
    ({"b.parquet": "no"}, ("--series", "b.parquet", *RULE), "cannot be read as Parquet"),
    ({"b.jsonl": "[1]\n"}, ("--series", "b.jsonl", *RULE), "has no column"),
    ({"l.csv": "start,end\n2026-11-21,2026-11-20\n"}, ("--series", "s.csv", "--incidents", "l.csv", *RULE),
     "ends before it begins"),
    ({"l.csv": "from,to\n"}, ("--series", "s.csv", "--incidents", "l.csv", *RULE), "has no column start"),
    ({}, ("--series", "s.csv", "--incidents", "labels.csv", *RULE, "--fit-until", "2"), "between 0 and 1"),
    ({}, ("--series", "s.csv", "--incidents", "labels.csv", *RULE, "--fit-until", "2030-01-01"), "leaves nothing"),
    ({}, ("--series", "s.csv", *RULE, "--fit-until", "0.5"), "without labels nothing is fitted"),
    ({}, ("--series", "s.csv", *RULE, "--since", "2027-01-01"), "has no row from"),
    ({}, ("--series", "s.csv", "--op", ">", "--consecutive", "1"), "backtest what?"),
    ({}, ("--series", "s.csv", "--op", "~", "--threshold", "1", "--consecutive", "1"), "no --op `~`"),
    ({}, ("--series", "s.csv", "--op", ">", "--threshold", "nan", "--consecutive", "1"), "takes a number"),
    ({}, ("--series", "s.csv", "--op", ">", "--threshold", "1", "--bad", "2"), "--bad K --of N"),
    ({}, ("--series", "s.csv", "--op", ">", "--threshold", "1", "--bad", "4", "--of", "3"), "is no less"),
    ({}, (*RULE,), "needs a past"),
    ({}, ("--series", "s.csv", *RULE, "--budget", "-1"), "from 0 on"),
    ({}, ("--series", "s.csv", *RULE, "--bad", "1"), "not both"),
    ({}, ("--series", "s.csv", "--op", ">", "--threshold", "1"), "a rule counts"),
    ({}, (TRIGGER, "--series", "s.csv", "--op", ">"), "brings its own rule"),
]  # fmt: skip


@pytest.mark.parametrize(("files", "words", "says"), BAD, ids=[case[2] for case in BAD])
def test_what_cannot_be_replayed_is_refused(
    files: dict[str, str], words: tuple[str, ...], says: str, alone: Keyboard
) -> None:
    for name, text in files.items():
        (alone.directory / name).write_text(text, "utf-8")
    said = backtest(alone, *words)
    assert said.code == 2 and says in " ".join(said.text.split()) and said.advice[1].startswith("govern ")


def hours(folder: Path, values: Sequence[object]) -> None:
    rows = [
        f"2026-11-{1 + place // 24:02}T{place % 24:02}:00:00Z,{value}" for place, value in enumerate(values)
    ]
    (folder / "rates.csv").write_text("\n".join(["timestamp,value", *rows]), "utf-8")


def test_trigger_is_replayed_in_windows_of_its_own_as_the_working_tree_has_it(team_typed: Keyboard) -> None:
    hours(team_typed.directory, [1, 7, 7, 1, 6, 1])
    label = "start,end\n2026-11-01T01:00:00Z,2026-11-01T04:00:00Z\n"
    (team_typed.directory / "labels.csv").write_text(label, "utf-8")
    tip = team_typed.tip
    words = (TRIGGER, "--series", "rates.csv", "--incidents", "labels.csv")
    found = data(team_typed, *words)
    assert (found["trigger"], found["firing_runs"]) == (TRIGGER, [[2, 2]])
    (caught,) = found["given"]["caught"]
    assert (caught["alarm"], caught["delay_seconds"]) == (
        "2026-11-01T03:00:00Z",
        7200,
    )  # when the window is over
    assert data(team_typed, *words, "--threshold", "8")["firing_runs"] == []
    path = team_typed.directory / f"governance/triggers/{TRIGGER}.yaml"
    path.write_text(path.read_text("utf-8").replace("consecutive: 2", "bad: 2, of: 4"), "utf-8")
    assert data(team_typed, *words)["firing_runs"] == [[2, 4]]
    assert team_typed.tip == tip and backtest(team_typed, *words).code == 0


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("policy-dislocatoin", "--series", "rates.csv"), f"nearest: {TRIGGER}"),
        ((TRIGGER,), "has no Prometheus to ask"),
        ((TRIGGER, "--series", "two.csv"), "two rows in one window of PT1H"),
    ],
)
def test_slip_with_a_trigger_is_said(words: tuple[str, ...], says: str, team_typed: Keyboard) -> None:
    hours(team_typed.directory, [1])
    rows = "timestamp,value\n2026-11-01T00:00:00Z,1\n2026-11-01T00:30:00Z,1\n"
    (team_typed.directory / "two.csv").write_text(rows, "utf-8")
    said = backtest(team_typed, *words)
    assert said.code == 2 and says in " ".join(said.text.split())


def test_trigger_with_a_fault_is_not_replayed(team_typed: Keyboard) -> None:
    hours(team_typed.directory, [1])
    path = team_typed.directory / f"governance/triggers/{TRIGGER}.yaml"
    path.write_text(path.read_text("utf-8").replace("consecutive: 2", "consecutive: often"), "utf-8")
    said = backtest(team_typed, TRIGGER, "--series", "rates.csv")
    assert said.code == 2 and said.advice == ("type", "govern validate")
