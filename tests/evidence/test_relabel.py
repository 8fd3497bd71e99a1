"""Marking an incident: what was served decides, no row is lost, the log is never touched, and the proof finds all."""

import csv
import random
from dataclasses import asdict, replace
from datetime import timedelta
from pathlib import Path

import pytest

from decision_logs import decision, write_csv, write_every_form, write_parquet
from govern.errors import DocumentError, UsageError
from govern.evidence.decisions import open_log
from govern.evidence.relabel import Incident, Tally, export, plan, verify, write_sidecar
from govern.evidence.served import Served, first_window_without, served_range

AT = "2026-11-21T02:25:00Z"


def xr(name: str, minute: str, version: str | None = "m7", **fields) -> dict:
    """A decision of xr-na at 02:`minute` on 2026-11-20."""
    given = {"cohort_key": "xr-na", "decided_at": f"2026-11-20T02:{minute}Z", "model_version_active": version}
    return decision(name, **given | fields)


INCIDENT = Incident(
    "ranker-v12-1",
    "ranking",
    ["xr-na", "xr-eu"],
    "m7",
    "sha256:m7",
    "2026-11-20T02:00:00Z",
    "2026-11-20T02:10:21Z",
)
ROWS = [
    xr("before", "00:00", decided_at="2026-11-20T01:59:59.999999Z"),
    xr("at-the-start", "00:00"),
    xr("on-prev", "05:00", "m6"),
    xr("no-version", "06:00", None),
    xr("no-version-but-digest", "06:30", None, baseline_digest="sha256:m7"),
    xr("prev-by-digest", "06:40", None, baseline_digest="sha256:m6"),
    xr("stale", "10:55.5"),
    xr("prev-in-the-extension", "10:56", "m6"),
    xr("after", "10:56.1", "m6"),
    xr("eu", "07:00", cohort_key="xr-eu"),
    xr("pc-stays-on-next", "07:00", cohort_key="pc-na"),
    xr("no-key-on-prev", "07:00", "m6", cohort_key=None),
    xr("no-key-on-next", "07:00", "m7", cohort_key=None),
    xr("no-key-no-version", "07:00", None, cohort_key=None),
    xr("other-surface", "07:00", surface="answers"),
]
MARKED = ["at-the-start", "eu", "no-version-but-digest", "stale"]


@pytest.fixture
def path(tmp_path) -> Path:
    return write_csv(tmp_path / "log/decisions.csv", ROWS)


def rows_of(path: Path) -> list[dict]:
    """The rows of a file as texts, None where empty."""
    if path.suffix == ".csv":
        with path.open(encoding="utf-8", newline="") as stream:
            return [{name: value or None for name, value in row.items()} for row in csv.DictReader(stream)]
    import duckdb

    with duckdb.connect(":memory:") as connection:
        found = connection.execute(f"SELECT COLUMNS(*)::VARCHAR FROM '{path}'")
        names = [column[0] for column in found.description]
        return [dict(zip(names, row, strict=True)) for row in found.fetchall()]


def test_plan_counts_every_decision_of_the_incident(path):
    with open_log(path) as log:
        found = plan(log, INCIDENT)
    assert (found.since, found.until) == ("2026-11-20T02:00:00Z", "2026-11-20T02:10:56Z")
    assert found.cohorts == {
        "xr-eu": Tally(in_window=1, on_version=1, to_relabel=1, no_version=0),
        "xr-na": Tally(in_window=6, on_version=3, to_relabel=3, no_version=3),
    }
    assert found.no_key == Tally(in_window=3, on_version=1, to_relabel=0, no_version=1)
    assert found.to_relabel == len(MARKED)


CASES = {
    "until is later than what was served": (
        replace(INCIDENT, until="2026-11-20T03:00:00Z"), "2026-11-20T03:00:00Z", MARKED
    ),
    "until is not known": (replace(INCIDENT, until=None), "2026-11-20T02:10:56Z", MARKED),
    "a cohort was bound later than the start": (
        replace(INCIDENT, bound={"xr-na": "2026-11-20T02:00:01Z"}), "2026-11-20T02:10:56Z", MARKED[1:]
    ),
    "a cohort was bound in that instant": (
        replace(INCIDENT, bound={"xr-na": "2026-11-20T02:00:00Z"}), "2026-11-20T02:10:56Z", MARKED
    ),
    "a cohort is on the version again": (
        replace(INCIDENT, again={"xr-na": "2026-11-20T02:10:55Z"}), "2026-11-20T02:10:21Z", MARKED[:3]
    ),
    "everyone went back": (
        replace(INCIDENT, everyone=True), "2026-11-20T02:10:56Z",
        ["at-the-start", "eu", "no-key-on-next", "no-version-but-digest", "pc-stays-on-next", "stale"],
    ),
    "one cohort went back": (replace(INCIDENT, cohorts=["xr-eu"]), "2026-11-20T02:10:21Z", ["eu"]),
    "nobody was served": (replace(INCIDENT, cohorts=["vr"]), "2026-11-20T02:10:21Z", []),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize("form", ["csv", "parquet"])
def test_sidecar_marks_what_was_served_when(case, form, path, tmp_path):
    incident, until, marked = CASES[case]
    with open_log(path) as log:
        found = write_sidecar(log, incident, tmp_path / f"out/sidecar.{form}", relabeled_at=AT)
        planned = plan(log, incident)
        proof = verify(log, incident, found.path)
    assert planned.until == until
    assert found.rows == len(marked) == planned.to_relabel == sum(found.cohorts.values())
    assert proof.complete and proof.sha256 == found.sha256
    assert sorted(row["decision_id"] for row in rows_of(found.path)) == marked
    assert [path.name for path in found.path.parent.iterdir()] == [found.path.name]


def test_a_row_of_a_sidecar_keeps_its_stamp(path, tmp_path):
    with open_log(path) as log:
        write_sidecar(log, INCIDENT, tmp_path / "sidecar.parquet", relabeled_at=AT)
    rows = {row.pop("decision_id"): row for row in rows_of(tmp_path / "sidecar.parquet")}
    marks = {"rollback_context": "ranker-v12-1", "relabeled_at": AT}
    assert rows["stale"] == marks | {"model_version_active": "m7"}
    assert rows["no-version-but-digest"] == marks | {"model_version_active": None}


@pytest.mark.parametrize("suffix", ["csv", "parquet"])
def test_sidecar_is_the_same_to_the_byte_when_form_or_order_of_the_log_differ(suffix, tmp_path):
    many = [*ROWS, *(xr(f"many-{n:05}", "03:00") for n in range(200))]
    dice = random.Random(2)
    logs = write_every_form(tmp_path / "logs", dice.sample(many, len(many)))
    logs["sorted"] = str(write_csv(tmp_path / "sorted.csv", many))
    found = set()
    for number, name in enumerate(sorted(logs)):
        with open_log(logs[name]) as log:
            made = write_sidecar(log, INCIDENT, tmp_path / f"{number}.{suffix}", relabeled_at=AT)
            found.add((made.sha256, made.rows, made.path.read_bytes()))
    assert len(found) == 1


def test_nothing_is_written_when_the_sidecar_is_there(path, tmp_path):
    sidecar = tmp_path / "sidecar.csv"
    with open_log(path) as log:
        first = write_sidecar(log, INCIDENT, sidecar, relabeled_at=AT)
        before = (sidecar.read_bytes(), sidecar.stat().st_ino)
        assert write_sidecar(log, INCIDENT, sidecar, relabeled_at="2026-11-22T00:00:00Z") == first
        assert (sidecar.read_bytes(), sidecar.stat().st_ino) == before


def test_refusal_when_another_sidecar_is_there(path, tmp_path):
    sidecar = tmp_path / "sidecar.csv"
    with open_log(path) as log:
        write_sidecar(log, replace(INCIDENT, cohorts=["xr-eu"]), sidecar, relabeled_at=AT)
        before = sidecar.read_bytes()
        with pytest.raises(UsageError, match="another sidecar lies there") as stopped:
            write_sidecar(log, INCIDENT, sidecar, relabeled_at=AT)
        assert stopped.value.notes == ("3 decisions of this incident are not in it, 0 others are",)
        with pytest.raises(UsageError, match="another sidecar lies there"):
            write_sidecar(log, replace(INCIDENT, context="ranker-v12-2"), sidecar, relabeled_at=AT)
    assert sidecar.read_bytes() == before


def test_the_log_is_never_written_to(path, tmp_path):
    before = path.read_bytes()
    for place, says in (
        ("log/decisions.csv", "lies in the decision log"),
        ("log/sidecar.parquet", "lies in the decision log"),
        ("log", "the suffix names the form"),
        ("sidecar.json", "written are Parquet"),
        ("log/decisions.csv/sidecar.csv", "lies in the decision log"),
    ):
        with open_log(path.parent) as log, pytest.raises(UsageError, match=says):
            write_sidecar(log, INCIDENT, tmp_path / place, relabeled_at=AT)
    with open_log(f"{path.parent}/*.csv") as log, pytest.raises(UsageError, match="lies in the decision log"):
        write_sidecar(log, INCIDENT, path.parent / "sidecar.csv", relabeled_at=AT)
    assert path.read_bytes() == before and [entry.name for entry in path.parent.iterdir()] == [path.name]


def test_refusal_when_there_is_no_place_for_a_sidecar(path, tmp_path):
    (tmp_path / "file").write_text("")
    with open_log(path) as log, pytest.raises(UsageError, match="file/sidecar"):
        write_sidecar(log, INCIDENT, tmp_path / "file/sidecar.csv", relabeled_at=AT)


def test_refusal_when_the_incident_ends_before_it_starts():
    with pytest.raises(UsageError, match="before its start at 2026-11-20T02:00:00Z"):
        replace(INCIDENT, until="2026-11-20T01:00:00Z")


def test_refusal_when_the_log_has_faults(tmp_path):
    with open_log(write_csv(tmp_path / "log.csv", [*ROWS, ROWS[0]])) as log:
        for act in (
            lambda: plan(log, INCIDENT),
            lambda: write_sidecar(log, INCIDENT, tmp_path / "sidecar.csv", relabeled_at=AT),
            lambda: export(log, [], tmp_path / "outcomes.csv"),
            lambda: served_range(log, "ranking", ["xr-na"], "m7", INCIDENT.since),
        ):
            with pytest.raises(DocumentError, match="a log with faults"):
                act()
    assert not (tmp_path / "sidecar.csv").exists()


HEAD = "decision_id,rollback_context,model_version_active,relabeled_at"
GOOD = [f"{name},ranker-v12-1,m7,{AT}" for name in MARKED]
SIDECARS = {
    "as written": (GOOD, 0, 0, [], []),
    "in another order": (GOOD[::-1], 0, 0, [], []),
    "one left out": (GOOD[:-1], 1, 0, ["stale"], []),
    "one too many": ([*GOOD, f"on-prev,ranker-v12-1,m6,{AT}"], 0, 1, [], ["on-prev"]),
    "one of another log": ([*GOOD, f"elsewhere,ranker-v12-1,m7,{AT}"], 0, 1, [], ["elsewhere"]),
    "one twice": ([*GOOD, GOOD[0]], 0, 1, [], ["at-the-start"]),
    "one of another incident": ([*GOOD[:-1], f"stale,other,m7,{AT}"], 1, 1, ["stale"], ["stale"]),
    "no row": ([], 4, 0, MARKED[:3], []),
}


@pytest.mark.parametrize("case", SIDECARS)
def test_proof_when_a_sidecar_is_read_back(case, path, tmp_path):
    lines, missing, extra, missing_ids, extra_ids = SIDECARS[case]
    sidecar = tmp_path / "sidecar.csv"
    sidecar.write_text("\n".join([HEAD, *lines, ""]))
    with open_log(path) as log:
        found = verify(log, INCIDENT, sidecar)
    assert (found.missing, found.extra) == (missing, extra) and found.complete == (not missing + extra)
    assert (list(found.missing_ids), list(found.extra_ids)) == (missing_ids, extra_ids)
    assert found.extends_to == "2026-11-20T02:10:56Z"
    assert sum(row["due"] for row in found.cohorts.values()) == len(MARKED)


def test_range_is_extended_when_late_logs_show_stale_serving(path, tmp_path):
    known = replace(INCIDENT, until="2026-11-20T02:10:56Z")
    with open_log(path) as log:
        made = write_sidecar(log, known, tmp_path / "1.parquet", relabeled_at=AT)
        assert verify(log, known, made.path).extends_to is None
    write_csv(path.parent / "late.csv", [xr("late", "20:00"), xr("late-pc", "30:00", cohort_key="pc-na")])
    with open_log(path.parent) as log:
        found = verify(log, known, made.path)
        assert (found.extends_to, found.missing, found.missing_ids) == ("2026-11-20T02:20:01Z", 1, ("late",))
        assert found.cohorts["xr-na"] == {"due": 4, "marked": 3}


@pytest.mark.parametrize(
    ("name", "text"),
    [("none.csv", None), ("other.csv", "id,context\na,b\n"), ("torn.csv", f"{HEAD}\na,b\n"), ("no.parquet", "PAR1"),
     ("empty.csv", "")],
)  # fmt: skip
def test_refusal_when_a_sidecar_cannot_be_read(name, text, path, tmp_path):
    if text is not None:
        (tmp_path / name).write_text(text)
    with open_log(path) as log, pytest.raises(UsageError, match=name):
        verify(log, INCIDENT, tmp_path / name)


def test_export_gives_every_outcome_with_or_without_context(path, tmp_path):
    with open_log(path) as log:
        one = write_sidecar(log, INCIDENT, tmp_path / "1.parquet", relabeled_at=AT)
        eu = write_sidecar(
            log, replace(INCIDENT, context="again", cohorts=["xr-eu"]), tmp_path / "2.csv", relabeled_at=AT
        )
        found = export(log, [one.path, eu.path], tmp_path / "outcomes.csv")
        assert export(log, [eu.path, one.path], tmp_path / "outcomes.csv").sha256 == found.sha256
        bare = export(log, [], tmp_path / "bare.parquet")
        with pytest.raises(UsageError, match="another file lies there"):
            export(log, [], tmp_path / "outcomes.csv")
    rows = rows_of(found.path)
    contexts = {row["decision_id"]: row["rollback_context"] for row in rows if row["rollback_context"]}
    assert contexts == dict.fromkeys(MARKED, "ranker-v12-1") | {"eu": "again ranker-v12-1"}
    assert len(rows) == found.rows == bare.rows == len(ROWS) == sum(row["n"] for row in found.outcomes)
    assert found.sidecars == {str(one.path): one.sha256, str(eu.path): eu.sha256}
    assert {"surface": "ranking", "cohort": "xr-na", "context": "ranker-v12-1", "n": 3, "passed": 3, "failed": 0,
            "unknown": 0} in found.outcomes  # fmt: skip
    with open_log(found.path) as again:  # what is handed on is a log itself, but for the cache keys
        assert again.findings == () and again.rows == len(ROWS)


def test_served_range_when_a_version_goes_out(path):
    with open_log(path) as log:
        found = served_range(log, "ranking", ["xr-na", "xr-eu", "vr"], "m7", "2026-11-20T02:00:00Z")
    assert found == {
        "vr": Served(None, None, 0),
        "xr-eu": Served("2026-11-20T02:07:00Z", "2026-11-20T02:07:00Z", 1),
        "xr-na": Served("2026-11-20T02:00:00Z", "2026-11-20T02:10:55Z", 2),
    }


@pytest.mark.parametrize(
    ("rows", "window"),
    [
        ([xr("a", "10:30"), xr("b", "11:30", "m6"), xr("c", "12:21", "m6")], ("02:11:21", "02:12:21", 1)),
        ([xr("a", "10:20"), xr("b", "10:21", "m6"), xr("c", "11:21", "m6")], ("02:10:21", "02:11:21", 1)),
        ([xr("a", "10:21", "m6"), xr("b", "15:21"), xr("c", "16:30", "m6"), xr("d", "18:00", "m6")],
         ("02:16:21", "02:17:21", 1)),  # it came back
        ([xr("a", "15:00", "m6"), xr("b", "15:10", None), xr("c", "16:00", "m6")], ("02:14:21", "02:15:21", 2)),
        ([xr("a", "11:30", "m6"), xr("b", "12:20", "m6")], None),  # not over yet
        ([xr("a", "11:30", None), xr("b", "15:20", None)], None),  # nobody says what decided
        ([xr("a", "10:30"), xr("b", "15:20", "m6", cohort_key="pc-na")], None),  # no traffic
        ([xr("a", "10:30"), xr("b", "11:30", "m6"), xr("c", "15:20", "m6", cohort_key="pc-na")],
         ("02:11:21", "02:12:21", 1)),  # any decision tells that it is over
    ],
)  # fmt: skip
def test_first_window_without_a_version(rows, window, tmp_path):
    with open_log(write_parquet(tmp_path / "log.parquet", rows)) as log:
        minute = timedelta(minutes=1)
        found = first_window_without(log, "ranking", ["xr-na", "xr-eu"], "m7", "2026-11-20T02:10:21Z", minute)
    told = found and (found.since[11:19], found.until[11:19], found.n)
    assert told == window


def test_refusal_when_a_window_has_no_length(path):
    with open_log(path) as log, pytest.raises(UsageError, match="above zero"):
        first_window_without(log, "ranking", ["xr-na"], "m7", INCIDENT.since, timedelta())


@pytest.mark.parametrize("seed", range(4))
def test_no_decision_is_lost_when_logs_are_random(seed, tmp_path):
    dice = random.Random(seed)
    rows = [
        xr(
            f"{n}", f"{dice.randrange(30):02}:{dice.randrange(60):02}.{dice.randrange(1000):03}",
            dice.choice(["m6", "m7", "m8", None]), cohort_key=dice.choice(["xr-na", "xr-eu", "pc-na", None]),
            baseline_digest=dice.choice([None, "sha256:m6", "sha256:m7"]), surface=dice.choice(["ranking", "answers"]),
        )
        for n in range(300)
    ]  # fmt: skip
    incident = replace(INCIDENT, since="2026-11-20T02:05:00Z", everyone=seed == 3)
    scope = [
        row
        for row in rows
        if row["surface"] == "ranking" and row["decided_at"] >= "2026-11-20T02:05:00.000Z"
        and (incident.everyone or row["cohort_key"] in (*incident.cohorts, None))
    ]  # fmt: skip
    due = sorted(
        (row["decided_at"], row["decision_id"])
        for row in scope
        if (incident.everyone or row["cohort_key"])
        and (row["model_version_active"] or row["baseline_digest"]) in ("m7", "sha256:m7")
    )
    with open_log(write_csv(tmp_path / "log.csv", rows)) as log:
        found = plan(log, incident)
        made = write_sidecar(log, incident, tmp_path / "sidecar.csv", relabeled_at=AT)
    assert [row["decision_id"] for row in rows_of(made.path)] == [name for _, name in due]
    tallies = [asdict(tally) for tally in (*found.cohorts.values(), found.no_key)]
    before = [row for row in scope if row["decided_at"][:19] < found.until[:19]]
    assert sum(tally["in_window"] for tally in tallies) == len(before)
    assert sum(tally["no_version"] for tally in tallies) == sum(
        not row["model_version_active"] for row in before
    )
    assert sum(tally["to_relabel"] for tally in tallies) == len(due) == made.rows
