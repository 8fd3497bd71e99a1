"""A decision log reads alike in every form, its times are UTC, and every fault of it is a finding with its code."""

import hashlib
import json
import random
import subprocess
import sys
from datetime import datetime
from pathlib import Path

import pytest

from decision_logs import COLUMNS, decision, write_csv, write_every_form, write_json, write_parquet
from govern.errors import DocumentError, UsageError
from govern.evidence import codes
from govern.evidence.decisions import open_log

CASES = json.loads((Path(__file__).parents[1] / "cases/evidence/decisions/faults.json").read_text("utf-8"))
HEADER = (
    "decision_id,decided_at,surface,cohort_key,model_version_active,calibration_packet_id,baseline_digest,"
    "policy_pass"
)
ROWS = [
    decision("a", decided_at="2026-11-18T12:00:00Z", policy_pass=False),
    decision("b", decided_at="2026-11-18T13:00:00.250000+01:00", cohort_key=None),
    decision("c", decided_at="2026-11-18T12:00:00-00:30", model_version_active=None, unit_key='u "1",2'),
    decision("d", decided_at="2026-11-18T23:59:59.999999Z", surface="answers", cache_key="m6:é\u2603"),
    decision("e", calibration_packet_id="cal-1", baseline_digest="sha256:ab", policy_pass=None),
]
READ = f"SELECT {', '.join(COLUMNS)} FROM decisions ORDER BY decision_id"
FORMS = (
    "csv", "zipped csv", "json lines", "parquet", "parquet with times as text", "parquet by surface",
    "folder of csv", "glob of json lines",
)  # fmt: skip


def expected() -> list[dict]:
    times = {
        "a": datetime(2026, 11, 18, 12),  # noqa: DTZ001  # a log's times are UTC, without a zone
        "b": datetime(2026, 11, 18, 12, 0, 0, 250000),  # noqa: DTZ001
        "c": datetime(2026, 11, 18, 12, 30),  # noqa: DTZ001
        "d": datetime(2026, 11, 18, 23, 59, 59, 999999),  # noqa: DTZ001
        "e": datetime(2026, 11, 18, 12),  # noqa: DTZ001
    }
    passes = {True: 1, False: 0, None: None}
    return [
        row | {"decided_at": times[row["decision_id"]], "policy_pass": passes[row["policy_pass"]]}
        for row in ROWS
    ]


@pytest.mark.parametrize("form", FORMS)
def test_decisions_are_the_same_when_the_form_differs(form, tmp_path):
    rows = random.Random(form).sample(ROWS, len(ROWS))
    with open_log(write_every_form(tmp_path, rows)[form]) as log:
        assert log.findings == ()
        assert log.ask(READ) == expected()
        assert (log.rows, log.first, log.last) == (
            5,
            expected()[0]["decided_at"],
            expected()[3]["decided_at"],
        )


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_findings_when_the_log_has_faults(case, tmp_path):
    path = tmp_path / "log.csv"
    path.write_text("\n".join([case.get("header", HEADER), *case["rows"], ""]), encoding="utf-8")
    with open_log(path) as log:
        assert [finding.code for finding in log.findings] == [code for code, _ in case["findings"]]
        for finding, (_, says) in zip(log.findings, case["findings"], strict=True):
            assert says in finding.message
            assert finding.severity == case.get("severity", "error") and finding.path == str(path)
            assert finding.code in codes.CODES
        assert case.get("hint", "") in "".join(finding.hint for finding in log.findings)


def test_no_question_is_answered_when_the_log_has_faults(tmp_path):
    with (
        open_log(write_csv(tmp_path / "log.csv", [decision("a"), decision("a")])) as log,
        pytest.raises(DocumentError, match="nothing is computed from a log with faults") as stopped,
    ):
        log.ask("SELECT COUNT(*) AS n FROM decisions")
    assert "'a' 2 times" in stopped.value.notes[0]


def test_a_column_is_missing_when_one_file_of_a_folder_lacks_it(tmp_path):
    write_csv(tmp_path / "log/1.csv", [decision("a")])
    write_csv(tmp_path / "log/2.csv", [decision("b")], [name for name in COLUMNS if name != "cohort_key"])
    with open_log(tmp_path / "log") as log:
        assert [finding.code for finding in log.findings] == ["GOV-EVD-011"]
        assert log.findings[0].message.startswith("has no column cohort_key in 1 file: ")
        assert log.findings[0].message.endswith("2.csv")


def test_no_column_is_missing_when_only_a_late_json_line_has_it(tmp_path):
    row = decision("a")
    short = {name: value for name, value in row.items() if value is not None}
    lines = [json.dumps(short | {"decision_id": f"x{n}"}) for n in range(21000)]  # more than a sample
    path = tmp_path / "log.jsonl"
    path.write_text("\n".join([*lines, json.dumps(row)]), encoding="utf-8")
    with open_log(path) as log:
        assert log.findings == () and log.rows == 21001


@pytest.mark.parametrize(
    ("name", "data", "code", "says"),
    [
        ("log.parquet", b"", "GOV-EVD-009", "cannot be read as parquet"),
        ("log.parquet", b"PAR1 no parquet at all PAR1", "GOV-EVD-009", "cannot be read as parquet"),
        ("log.csv", b"", "GOV-EVD-016", "has no decision"),
        ("log.csv", HEADER.encode(), "GOV-EVD-016", "has no decision"),
        ("log.csv", b"a,a\n1,2\n", "GOV-EVD-009", "names a column twice"),
        ("log.csv.gz", b"not zipped", "GOV-EVD-009", "no header can be read"),
        ("log.jsonl", b"", "GOV-EVD-016", "has no decision"),
        ("log.jsonl", b'{"decision_id": "a"\n', "GOV-EVD-009", "cannot be read as json"),
        ("log.jsonl", b"[1]\n", "GOV-EVD-011", "has no column decision_id"),
        ("log.jsonl", b'{"decision_id": "a", "decision": "b"}\n', "GOV-EVD-011", "has no column decided_at"),
    ],
)  # fmt: skip
def test_finding_when_the_bytes_are_no_log(name, data, code, says, tmp_path):
    path = tmp_path / name
    path.write_bytes(data)
    with open_log(path) as log:
        assert [(finding.code, says in finding.message) for finding in log.findings] == [(code, True)]


def test_finding_when_a_json_line_is_torn(tmp_path):
    path = write_json(tmp_path / "log.jsonl", [decision("a"), decision("b")])
    path.write_bytes(path.read_bytes()[:-20])
    with open_log(path) as log:
        assert [finding.code for finding in log.findings] == ["GOV-EVD-009"]


def test_finding_when_times_are_numbers_in_parquet(tmp_path):
    path = write_parquet(tmp_path / "log.parquet", [decision("a", decided_at=1763467200000)], time="BIGINT")
    with open_log(path) as log:
        assert [(finding.code, "'1763467200000'" in finding.message) for finding in log.findings] == [
            ("GOV-EVD-013", True)
        ]


def test_finding_when_files_of_parquet_differ_in_their_zone(tmp_path):
    write_parquet(tmp_path / "log/1.parquet", [decision("a")])
    write_parquet(
        tmp_path / "log/2.parquet", [decision("b", decided_at="2026-11-18 12:00:00")], time="TIMESTAMP"
    )
    with open_log(tmp_path / "log") as log:
        assert [finding.code for finding in log.findings] == ["GOV-EVD-014"]


@pytest.mark.parametrize(
    ("files", "where", "says"),
    [
        ([], "none.csv", "No such file"),
        ([], "none-*.csv", "no file of decisions there"),
        ([], "", "no file of decisions there"),
        (["log.txt"], "log.txt", "a file of decisions is CSV"),
        (["log.csv", "notes.md"], "", "notes.md: a file of decisions is CSV"),
        (["1.csv", "2.jsonl"], "", "files of a log have one form"),
    ],
)
def test_refusal_when_there_is_no_log(files, where, says, tmp_path):
    (tmp_path / "logs").mkdir()
    for name in files:
        (tmp_path / "logs" / name).write_text("x")
    with pytest.raises(UsageError, match=says), open_log(f"{tmp_path}/logs/{where}"):
        pass


def test_digest_when_files_have_other_names(tmp_path):
    for folder, names in (("log", "ab"), ("other", "ba")):
        for name, row in zip(names, [decision("a"), decision("b")], strict=True):
            write_csv(tmp_path / folder / f"{name}.csv", [row])
    with open_log(tmp_path / "log") as log, open_log(tmp_path / "other") as other:
        assert log.digest == other.digest
        digests = sorted("sha256:" + hashlib.sha256(path.read_bytes()).hexdigest() for path, _ in log.files)
        assert log.digest == "sha256:" + hashlib.sha256("\n".join(digests).encode()).hexdigest()


def test_nothing_else_can_be_read_or_stays_behind_when_a_log_is_open(tmp_path):
    other = write_csv(tmp_path / "other.csv", [decision("a")])
    with open_log(write_csv(tmp_path / "log.csv", [decision("a")])) as log:
        with pytest.raises(DocumentError, match="Cannot access file"):
            log.ask(f"SELECT * FROM read_csv('{other}')")
        scratch = log.scratch
    assert not scratch.exists() and sorted(path.name for path in tmp_path.iterdir()) == [
        "home",
        "log.csv",
        "other.csv",
    ]


def test_duckdb_is_not_imported_when_no_log_is_open():
    modules = "decisions, reconcile, relabel, served, timeline"
    code = f"import sys; from govern.evidence import {modules}; print('duckdb' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True).stdout == "False\n"
