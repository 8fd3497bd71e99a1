"""Collecting from a Prometheus server and a database: what each answer comes to, and that no secret is kept."""

import shutil
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import yaml

from decision_logs import COLUMNS, write_csv
from govern.domain.bands import judge
from govern.domain.decision import Refused
from govern.domain.rollout.advance import Advance
from govern.domain.rollout.waiver import AcceptRisk
from govern.domain.windows import instant
from govern.errors import UsageError
from govern.operations.evidence.collect import Collected, collect
from served import served, serving
from servers import postgres, prometheus
from typed import Keyboard
from workspaces import Clone, git, isolated, open_ledger, repository

PACKET = "no-system-prompt"
DAYS = ("2026-11-21", "2026-11-22")
SHADOW, LATER = "2026-11-20T09:05:00Z", "2026-11-23T08:00:00Z"
SERVER, WAREHOUSE = "GOVERN_PROMETHEUS_URL", "GOVERN_WAREHOUSE"
SECRET = "tok-123"
DROPS = (
    "100 * sum by (cohort_key, model_version_active) (increase(dropped_total[$window]))"
    " / sum by (cohort_key, model_version_active) (increase(frames_total[$window]))"
)
KPIS: Mapping[str, Mapping[str, Any]] = {
    "frame-drops": {"measure": {"promql": DROPS}, "source": "metrics", "min_sample": 1},
    "frames-of-all": {
        "measure": {"promql": "sum(increase(frames_total[$window]))"}, "source": "metrics", "scope": "all",
        "unit": "count", "bands": {"warning": {"below": 2}, "critical": {"below": 1}}, "worse_when": "lower",
        "min_sample": 1,
    },
    "thumbs-down": {"measure": {"sql": "measures/thumbs.sql"}, "source": "warehouse"},
    "dislocated-there": {"source": "warehouse"},
}  # fmt: skip
SOURCES = {
    "metrics": {"type": "prometheus", "url_from_env": SERVER},
    "warehouse": {"type": "postgres", "dsn_from_env": WAREHOUSE, "table": "serving.decisions"},
}
THUMBS = "SELECT cohort, window, 1 AS n, 1 AS value FROM windows"


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The example in canary, with KPIs of a server and of a database beside those of its decision log."""
    folder = tmp_path_factory.mktemp("sources")
    with pytest.MonkeyPatch.context() as patch:
        for name, value in isolated(folder / "home").items():
            patch.setenv(name, value)
        clone = repository(folder / "team")
        documents(clone.directory / "governance")
        (clone.directory / "measures").mkdir()
        (clone.directory / "measures/thumbs.sql").write_text(THUMBS, "utf-8")
        git(clone.directory, "add", "-A")
        git(clone.directory, "commit", "-q", "-m", "Measure more")
        open_ledger(clone)
        ben = clone.acting("ben").at(SHADOW)
        ben.done(Advance(PACKET, "shadow", rehearsal={"same": True, "seconds": 0.1}))
        ben.done(AcceptRisk(PACKET, "nobody scored it", "2026-12-01"))
        ben.done(Advance(PACKET, "canary"))
        write_csv(clone.directory / "log.csv", decided(clone), COLUMNS)
    return folder / "team"


def documents(folder: Path) -> None:
    base = yaml.safe_load((folder / "kpis/policy-dislocation-rate.yaml").read_text("utf-8"))
    for name, fields in KPIS.items():
        (folder / f"kpis/{name}.yaml").write_text(yaml.safe_dump(base | {"id": name} | fields), "utf-8")
    for path, edit in (
        (
            f"packets/{PACKET}.yaml",
            lambda value: value["monitoring"].update(kpis=["mean-score-delta", *KPIS]),
        ),
        ("govern.yaml", lambda value: value["sources"].update(SOURCES)),
    ):
        value = yaml.safe_load((folder / path).read_text("utf-8"))
        edit(value)
        (folder / path).write_text(yaml.safe_dump(value), "utf-8")


def decided(clone: Clone) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = []
    for day in DAYS:
        rows += served(
            serving(clone), "chat", ["public"], f"{day}T12:00:00Z", [f"{day}-{n}" for n in range(100)]
        )
    return rows


@pytest.fixture
def ben(made: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Clone]:
    """A copy of it, in which neither server nor database is named; its ledger is sound in the end."""
    monkeypatch.delenv(SERVER, raising=False)
    monkeypatch.delenv(WAREHOUSE, raising=False)
    clone = Clone(shutil.copytree(made, tmp_path / "team"), "ben", LATER)
    yield clone
    assert replace(clone, now="2026-12-31T00:00:00Z").audited() == []


@pytest.fixture(scope="module")
def server(made: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Frames of the one cohort, scraped each hour of both days: of next 3 percent dropped, of prev 1, of old 50."""
    next_, prev = versions(made)
    begin, samples = int(instant(f"{DAYS[0]}T00:00:00Z").timestamp()), []
    for version, share in ((next_, 3.0), (prev, 1.0), ("old", 50.0)):
        for hour in range(48):
            worn = {"cohort_key": "public", "model_version_active": version}
            samples.append(("frames", worn, begin + 3600 * hour, 100.0 * hour))
            samples.append(("dropped", worn, begin + 3600 * hour, share * hour))
    with prometheus(tmp_path_factory.mktemp("prometheus"), samples) as url:
        yield url.replace("://", f"://zoe:{SECRET}@")


def versions(directory: Path) -> tuple[str, str]:
    packet = Clone(directory, "ben", LATER).workspace().state.packets[PACKET]
    assert packet.next is not None and packet.prev is not None
    return packet.next.model_version, packet.prev.model_version


@pytest.fixture(scope="module")
def dsn(made: Path) -> Iterator[str]:
    pytest.importorskip("ibis", reason="Ibis is not installed (requirements/scale.lock)")
    psycopg = pytest.importorskip("psycopg", reason="no driver for PostgreSQL (requirements/scale.lock)")
    kinds = {"decided_at": "timestamptz", "policy_pass": "boolean"}
    declared = ", ".join(f"{name} {kinds.get(name, 'text')}" for name in COLUMNS)
    with postgres() as dsn:
        with psycopg.connect(dsn, autocommit=True) as there:
            there.execute(f"CREATE SCHEMA serving CREATE TABLE decisions ({declared})")
            with there.cursor().copy("COPY serving.decisions FROM STDIN") as copy:
                for row in decided(Clone(made, "ben", LATER)):
                    copy.write_row([row[name] for name in COLUMNS])
        yield dsn


def taken(ben: Clone, **more: Any) -> Collected:
    return collect(ben.workspace(), PACKET, str(ben.directory / "log.csv"), **more)


def figures(found: Collected, kpi: str, arm: str = "next") -> dict[tuple[str | None, str], Any]:
    mine = (row for row in found.rows if (row["kpi"], row["arm"]) == (kpi, arm))
    return {(row["cohort"], row["window"][:10]): row["value"] for row in mine}


def test_server_is_one_record_with_its_queries_and_both_arms(
    ben: Clone, server: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(SERVER, server)
    found = taken(ben)
    assert {place: round(value) for place, value in figures(found, "frame-drops").items()} == {
        ("public", day): 3 for day in DAYS
    }
    assert {round(value) for value in figures(found, "frame-drops", "prev").values()} == {1}
    whole = figures(found, "frames-of-all")
    assert all(whole["public", day] is None and whole[None, day] > 6000 for day in DAYS)
    ben.done(found.command())
    (record,) = [
        r for r in ben.workspace().state.packets[PACKET].evidence if r.body["source"]["name"] == "metrics"
    ]
    source = record.body["source"]
    assert source["query"] == ["promql"] and source["params"]["query_frame_drops"] == DROPS.replace(
        "$window", "86400s"
    )
    assert source["input"]["path"] == "metrics" and source["input"]["rows"] == 8
    assert record.body["excluded"] == {"other_version": 2}
    assert record.body["windows"] == [f"{day}/P1D" for day in DAYS]
    again = taken(ben, kpi="frame-drops")
    assert [body.measured["source"]["name"] for body in again.bodies] == ["metrics"] and not again.stamps


def test_figures_of_another_query_than_the_frozen_one_are_refused(
    ben: Clone, server: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(SERVER, server)
    found = taken(ben, kpi="frame-drops")
    found.bodies[0].measured["source"]["params"]["query_frame_drops"] = "vector(0)"  # type: ignore[index]
    refused = ben.do(found.command()).decision
    assert isinstance(refused, Refused) and "not measured by the query that is frozen" in refused.reasons[0]


def test_table_of_a_database_is_measured_like_a_file_and_named_without_its_connection(
    ben: Clone, dsn: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(WAREHOUSE, dsn)
    found = taken(ben)
    assert figures(found, "dislocated-there") == {("public", day): 0.0 for day in DAYS}
    own = "thumbs-down: a query of your own reads files, and warehouse:serving.decisions is none"
    assert own in found.left_out
    ben.done(found.command())
    (record,) = [
        r for r in ben.workspace().state.packets[PACKET].evidence if r.body["source"]["name"] == "warehouse"
    ]
    source = record.body["source"]
    assert source["query"] == ["policy_dislocation_rate"]
    assert source["input"]["path"] == "warehouse:serving.decisions" and source["input"]["rows"] == 200
    assert (found.rows and len(source["input"]["sha256"])) == 71


def test_decision_log_in_a_database_gives_everything_that_a_file_does(
    ben: Clone, dsn: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(WAREHOUSE, dsn)
    edit = ben.directory / "governance/govern.yaml"
    value = yaml.safe_load(edit.read_text("utf-8"))
    value["sources"]["decisions"] = SOURCES["warehouse"]
    edit.write_text(yaml.safe_dump(value), "utf-8")
    git(ben.directory, "commit", "-qam", "The log outgrew this machine")
    there = collect(ben.workspace(), PACKET)
    file = taken(ben)
    assert there.stamps is not None and file.stamps is not None and there.stamps.rows == file.stamps.rows
    assert there.replay is not None and file.replay is not None and there.replay.rows == file.replay.rows


Matrix = list[dict[str, Any]]


def answering(monkeypatch: pytest.MonkeyPatch, answer: Callable[[int], Matrix]) -> None:
    """A server that answers every question with the series that `answer` gives for its first instant."""
    import httpx

    def handle(request: httpx.Request) -> httpx.Response:
        first = int(float(dict(httpx.QueryParams(request.content.decode()))["start"]) * 1000)
        body = {"status": "success", "data": {"resultType": "matrix", "result": answer(first)}}
        return httpx.Response(200, json=body)

    client = httpx.Client
    monkeypatch.setattr(httpx, "Client", lambda **_: client(transport=httpx.MockTransport(handle)))
    monkeypatch.setenv(SERVER, f"http://zoe:{SECRET}@prometheus.test")


def series(first: int, *values: str, at: tuple[float, ...] = (0, 1), **labels: str) -> dict[str, Any]:
    """Values at days after the first instant; `cohort_key: public` unless there are other labels."""
    worn = labels or {"cohort_key": "public"}
    return {
        "metric": worn,
        "values": [[(first + 86_400_000 * day) / 1000, v] for day, v in zip(at, values, strict=False)],
    }


def public(*values: str, at: tuple[float, ...] = (0, 1)) -> Callable[[int], Matrix]:
    return lambda first: [series(first, *values, at=at)]


OUTCOMES: dict[str, tuple[Callable[[int], Matrix], list[Any], list[str]]] = {
    "a value a day": (public("1", "3"), [1, 3], ["in band", "warning above 2"]),
    "NaN": (public("NaN", "1"), [None, 1], ["the value is not a number", "in band"]),
    "plus infinity": (public("1", "+Inf"), [1, None], ["in band", "the value is not a number"]),
    "a gap": (public("1", at=(1,)), [None, 1], ["no data", "in band"]),
    "an empty answer": (lambda _: [], [None, None], ["no data", "no data"]),
    "another cohort": (
        lambda first: [series(first, "9", "9", cohort_key="tv")],
        [None, None],
        ["no data"] * 2,
    ),
    "another version": (
        lambda first: [series(first, "9", "9", cohort_key="public", model_version_active="old")],
        [None, None],
        ["no data"] * 2,
    ),
}
UNUSABLE: dict[str, tuple[Callable[[int], Matrix], str]] = {
    "a time twice": (public("1", "2", at=(0, 0)), "do not go forward in time"),
    "times backwards": (public("1", "2", at=(1, 0)), "do not go forward in time"),
    "a time that nobody asked for": (public("1", at=(0.5,)), "a time that was not asked for"),
    "two series for a cohort": (
        lambda first: [series(first, "1"), series(first, "2", cohort_key="public", job="b")],
        "two series for 'public'",
    ),
    "a value that is no number": (public("many"), "holds a value that is no number"),
    "a value of all for a cohort": (lambda first: [series(first, "1", job="a")], "the answer has no cohort_key"),
    "with a version and without": (
        lambda first: [series(first, "1"), series(first, "1", cohort_key="public", model_version_active=VERSION)],
        "two series for public, with a model_version_active and without",
    ),
}  # fmt: skip
VERSION = "llama-2-70b-chat+v2"


@pytest.mark.parametrize(("answer", "values", "judged"), OUTCOMES.values(), ids=OUTCOMES)
def test_every_answer_has_a_stated_outcome(
    answer: Callable[[int], Matrix],
    values: list[Any],
    judged: list[str],
    ben: Clone,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    answering(monkeypatch, answer)
    found = taken(ben, kpi="frame-drops")
    rows = sorted((row for row in found.rows if row["arm"] == "next"), key=lambda row: str(row["window"]))
    kpi = found.border.parts["kpis/frame-drops"].value
    assert [row["value"] for row in rows] == values
    assert [judge(kpi, row).why for row in rows] == judged
    assert all(judge(kpi, row).outcome != "passed" for row in rows if row["value"] is None)
    ben.done(found.command())


@pytest.mark.parametrize(("answer", "says"), UNUSABLE.values(), ids=UNUSABLE)
def test_answer_that_cannot_be_used_is_left_out_and_takes_nothing_from_the_rest(
    answer: Callable[[int], Matrix], says: str, ben: Clone, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert versions(ben.directory)[0] == VERSION
    answering(monkeypatch, answer)
    with pytest.raises(UsageError, match="nothing was measured") as refused:
        taken(ben, kpi="frame-drops")
    assert says in " ".join(refused.value.notes)
    found = taken(ben)
    assert any(said.startswith("frame-drops: ") and says in said for said in found.left_out)
    assert found.stamps is not None and not figures(found, "frame-drops")


def test_answer_by_cohort_is_none_of_all(ben: Clone, monkeypatch: pytest.MonkeyPatch) -> None:
    answering(monkeypatch, public("1", "1"))
    with pytest.raises(UsageError) as refused:
        taken(ben, kpi="frames-of-all")
    assert "by cohort_key, and the scope is all" in " ".join(refused.value.notes)


def test_sources_that_are_down_are_left_out_and_the_others_recorded(
    ben: Clone, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv(SERVER, f"http://zoe:{SECRET}@127.0.0.1:1")
    monkeypatch.setenv(WAREHOUSE, f"postgres://ann:{SECRET}@/postgres?host=/nowhere")
    typed = Keyboard(ben.directory, capsys, monkeypatch)
    said = typed("evidence", "collect", PACKET, "--log", "log.csv", now=LATER)
    text = " ".join(said.text.split())
    assert (said.code, said.advice) == (4, ("next", f"govern phase check {PACKET}"))
    assert "left out frame-drops, frames-of-all: source metrics: the server cannot be reached" in text
    assert (
        "left out dislocated-there, thumbs-down: source warehouse: " in text
        or "thumbs-down, dislocated" in text
    )
    assert "stamps 200 of 200 as bound" in text and SECRET not in text
    only = typed("evidence", "kpi", PACKET, "frame-drops", now=LATER)
    assert only.code == 2 and "cannot be reached" in " ".join(only.text.split()) and SECRET not in only.text


def test_server_that_is_not_named_says_which_variable(ben: Clone) -> None:
    with pytest.raises(UsageError, match=f"{SERVER} is not set") as refused:
        taken(ben, kpi="frame-drops")
    assert refused.value.type_line == f"export {SERVER}=…"


def test_log_that_a_person_names_and_that_is_not_there_stops_everything(
    ben: Clone, server: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(SERVER, server)
    with pytest.raises(UsageError, match=r"nosuch\.csv"):
        collect(ben.workspace(), PACKET, "nosuch.csv")


@pytest.mark.parametrize("form", ["text", "json"])
def test_no_record_and_no_output_holds_a_secret(
    form: str,
    ben: Clone,
    server: str,
    dsn: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv(SERVER, server)
    monkeypatch.setenv(WAREHOUSE, dsn)
    typed = Keyboard(ben.directory, capsys, monkeypatch)
    said = [
        typed("evidence", "collect", PACKET, "--log", "log.csv", "--format", form, *more, now=LATER)
        for more in (("--dry-run",), ())
    ]
    said.append(typed("evidence", "list", PACKET, "--format", form, now=LATER))
    kept = git(ben.directory, "log", "-p", "--format=%B", "govern-ledger")
    assert "warehouse:serving.decisions" in kept and "query_frame_drops" in kept
    for secret in (SECRET, "zoe", "127.0.0.1", "govern-pg-"):
        assert secret not in kept and all(secret not in each.text for each in said), secret
    if form == "json":
        assert said[1].json["data"]["left_out"] == [
            "thumbs-down: a query of your own reads files, and warehouse:serving.decisions is none"
        ]
