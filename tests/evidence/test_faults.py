"""Every fault of a file of pairs is a finding with its code, in one run; figures go as far as they can."""

import gzip
import json
from pathlib import Path

import pytest

from govern.errors import DocumentError, ExitCode, UsageError
from govern.evidence.pairs import Expected, KpiSpec, measure

CASES = json.loads((Path(__file__).parents[1] / "cases/evidence/faults.json").read_text("utf-8"))
HEADER = (
    "option_id,cluster_id,cohort_key,score_prev,score_next,rank_delta,"
    "policy_pass_prev,policy_pass_next,decision_bound_model"
)
KPIS = [KpiSpec("mean-score-delta", "mean_score_delta", "points", (0, 1))]


def file_of(folder: Path, rows: list[str], header: str = HEADER, name: str = "pairs.csv") -> Path:
    path = folder / name
    path.write_bytes("\n".join([header, *rows, ""]).encode())
    return path


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_findings_when_the_file_has_faults(case, tmp_path):
    path = file_of(tmp_path, case["rows"], case.get("header", HEADER))
    known = case.get("expected")
    expected = Expected(frozenset(known["cohorts"]), known["prev"], known["next"]) if known else None

    found = measure(path, kpis=KPIS, losses=5, expected=expected)

    assert [finding.code for finding in found.findings] == [code for code, _ in case["findings"]]
    for finding, (_, says) in zip(found.findings, case["findings"], strict=True):
        assert says in finding.message
        assert finding.severity == "error" and finding.path == str(path)
    assert case.get("hint", "") in "".join(finding.hint for finding in found.findings)
    assert found.pooled.get("n") == case.get("n")
    assert found.excluded == case.get("excluded", {})


def test_row_bound_to_next_when_not_in_shadow(tmp_path):
    path = file_of(tmp_path, ["a,k1,pc,1,0,2,1,1,next"])
    found = measure(path, kpis=KPIS, losses=5, shadow=False)
    assert found.findings == [] and found.pooled["bound_next"] == 1


def test_a_cohort_with_no_usable_row_keeps_its_row(tmp_path):
    found = measure(file_of(tmp_path, ["a,k1,pc,,0,2,1,1,prev"]), kpis=KPIS, losses=5)
    assert [(c["cohort_key"], c["n"], c["excluded"], c["delta"]) for c in found.cohorts] == [
        ("pc", 0, 1, None)
    ]
    assert [(row["kpi"], row["n"], row["value"]) for row in found.table if row["kpi"]] == [
        ("mean-score-delta", 0, None),
        ("mean-score-delta", 0, None),
    ]


def test_unknown_cohorts_when_many(tmp_path):
    path = file_of(tmp_path, [f"{i},k1,c{i:02},1,0,2,1,1,prev" for i in range(12)])
    found = measure(path, kpis=[], losses=5, expected=Expected(frozenset({"pc"}), "m1", "m2"))
    assert [finding.code for finding in found.findings] == ["GOV-EVD-006"] * 11
    assert found.findings[-1].message.startswith("2 more cohorts")
    assert len(found.cohorts) == 12


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [
        ("empty.csv", b"", "GOV-EVD-008"),
        ("empty.parquet", b"", "GOV-EVD-008"),
        ("empty.jsonl", b"", "GOV-EVD-008"),
        ("empty.csv.gz", gzip.compress(b"", mtime=0), "GOV-EVD-008"),
        ("junk.parquet", b"PAR1 but not for long PAR1", "GOV-EVD-009"),
        ("junk.csv.gz", b"not gzip", "GOV-EVD-009"),
        ("cut.csv.gz", gzip.compress(HEADER.encode() * 50)[:-12], "GOV-EVD-009"),
        ("latin1.csv", f"{HEADER},name\n".encode() + b"a,k1,pc,1,0,2,1,1,prev,\xe9\n", "GOV-EVD-009"),
        ("header.csv", b"caf\xe9,b\n", "GOV-EVD-009"),
        ("nul.csv", b"\x00\x00\x00\n", "GOV-EVD-001"),
        ("torn.jsonl", b'{"option_id": \n', "GOV-EVD-009"),
        ("list.jsonl", b"[1, 2]\n3\n", "GOV-EVD-009"),
        ("other.jsonl", b'{"option": "a"}\n', "GOV-EVD-001"),
    ],
)
def test_finding_when_the_bytes_are_not_pairs(name, content, code, tmp_path):
    path = tmp_path / name
    path.write_bytes(content)
    assert [finding.code for finding in measure(path, kpis=KPIS, losses=5).findings] == [code]


@pytest.mark.parametrize("name", ["pairs.xlsx", "pairs", "pairs.json", "pairs.jsonl.gz"])
def test_error_names_the_four_forms_when_the_suffix_is_unknown(name, tmp_path):
    path = file_of(tmp_path, [], name=name)
    with pytest.raises(UsageError, match=r"\.csv, \.csv\.gz.*\.parquet.*\.jsonl, \.ndjson") as caught:
        measure(path, kpis=KPIS, losses=5)
    assert caught.value.exit is ExitCode.COULD_NOT


@pytest.mark.parametrize("name", ["absent.csv", "folder.csv"])
def test_error_when_there_is_no_file(name, tmp_path):
    (tmp_path / "folder.csv").mkdir()
    with pytest.raises(UsageError, match=name):
        measure(tmp_path / name, kpis=KPIS, losses=5)


@pytest.mark.parametrize(
    ("kpi", "says"),
    [
        (KpiSpec("k", "mean_score_dleta", "points", (0, 1)), "nearest: mean_score_delta"),
        (KpiSpec("k", "policy_dislocation_rate", "percent"), "no measure `policy_dislocation_rate` on pairs"),
        (KpiSpec("k", "rank_inversion_count", "percent"), "it has count"),
        (KpiSpec("k", "mean_score_delta", "points"), "`range`"),
        (KpiSpec("k", "mean_score_delta", "score", (1, 0)), "from the lowest"),
    ],
)
def test_error_when_a_kpi_cannot_be_measured_on_pairs(kpi, says, tmp_path):
    with pytest.raises(DocumentError, match="KPI k: ") as caught:
        measure(file_of(tmp_path, []), kpis=[kpi], losses=5)
    assert says in caught.value.message
    if "no measure" in caught.value.message:
        assert "net_win_rate" in caught.value.notes[0]
