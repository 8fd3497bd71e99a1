"""Collecting with a query of the team's own, a source that is not there, and all cohorts together."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import yaml

from decision_logs import COLUMNS, write_csv
from govern.domain import queries
from govern.domain.decision import Refused
from govern.domain.rollout.advance import Advance
from govern.domain.rollout.change_control import ApplyChange, OpenChange
from govern.domain.rollout.waiver import AcceptRisk
from govern.errors import DocumentError
from govern.operations.evidence.collect import Collected, collect
from govern.operations.review.check import Question, check
from govern.report.collected import collected_lines
from served import served, serving
from workspaces import Clone, git, isolated, open_ledger, repository

PACKET = "no-system-prompt"
THUMBS = """\
SELECT w.cohort, w.window, COUNT(*) AS n, SUM((d.thumbs = 'down')::INTEGER) AS k, 100.0 * k / n AS value
FROM decisions d JOIN windows w ON w.cohort_key = d.cohort_key AND w.since <= d.decided_at AND d.decided_at < w.until
GROUP BY ALL
"""
LATER = "2026-11-23T08:00:00Z"
SHADOW = "2026-11-20T09:05:00Z"


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The example with three more KPIs: of a query, of a server, and of the ledger's own records; in canary."""
    folder = tmp_path_factory.mktemp("collect")
    with pytest.MonkeyPatch.context() as patch:
        for name, value in isolated(folder / "home").items():
            patch.setenv(name, value)
        in_canary(folder / "team")
    return folder / "team"


def in_canary(directory: Path) -> Clone:
    clone = repository(directory)
    _documents(clone.directory)
    git(clone.directory, "add", "-A")
    git(clone.directory, "commit", "-q", "-m", "Measure more")
    open_ledger(clone)
    ben = clone.acting("ben").at(SHADOW)
    ben.done(Advance(PACKET, "shadow", rehearsal={"same": True, "seconds": 0.1}))
    ben.done(AcceptRisk(PACKET, "nobody scored it", "2026-12-01"))
    ben.done(Advance(PACKET, "canary"))
    return ben.at(LATER)


def _documents(directory: Path) -> None:
    folder = directory / "governance"
    base = yaml.safe_load((folder / "kpis/policy-dislocation-rate.yaml").read_text("utf-8"))
    own = {
        "thumbs-down": {"measure": {"sql": "measures/thumbs.sql"}, "scope": "all", "min_sample": 1},
        "frame-drops": {"measure": {"promql": "frames"}, "source": "metrics"},
        "time-to-acknowledge": {
            "measure": "time_to_acknowledge", "source": "records", "unit": "s", "on_no_data": "ok",
        },
    }  # fmt: skip
    for name, fields in own.items():
        (folder / f"kpis/{name}.yaml").write_text(yaml.safe_dump(base | {"id": name} | fields), "utf-8")
    packet = folder / f"packets/{PACKET}.yaml"
    value = yaml.safe_load(packet.read_text("utf-8"))
    value["monitoring"]["kpis"] = ["mean-score-delta", "policy-dislocation-rate", *own]
    packet.write_text(yaml.safe_dump(value), "utf-8")
    workspace = folder / "govern.yaml"
    value = yaml.safe_load(workspace.read_text("utf-8"))
    value["sources"]["metrics"] = {"type": "prometheus", "url_from_env": "GOVERN_PROMETHEUS_URL"}
    workspace.write_text(yaml.safe_dump(value), "utf-8")
    (directory / "measures").mkdir()
    (directory / "measures/thumbs.sql").write_text(THUMBS, "utf-8")


@pytest.fixture
def ben(made: Path, tmp_path: Path) -> Iterator[Clone]:
    """A copy of it with two days of decisions, a ledger that is sound in the end."""
    import shutil

    clone = Clone(shutil.copytree(made, tmp_path / "team"), "ben", LATER)
    log(clone)
    yield clone
    assert replace(clone, now="2026-12-31T00:00:00Z").audited() == []


def log(clone: Clone) -> None:
    rows: list[dict[str, Any]] = []
    for day in ("21", "22"):
        units = [f"{day}-{number}" for number in range(100)]
        rows += served(serving(clone), "chat", ["public"], f"2026-11-{day}T12:00:00Z", units)
    rows = [row | {"thumbs": "down" if place % 10 == 0 else "up"} for place, row in enumerate(rows)]
    write_csv(clone.directory / "log.csv", rows, (*COLUMNS, "thumbs"))


def taken(ben: Clone, **more: Any) -> Collected:
    return collect(ben.workspace(), PACKET, str(ben.directory / "log.csv"), **more)


def test_every_source_is_one_record_and_what_is_not_read_is_said(ben: Clone) -> None:
    found = taken(ben)
    ben.done(found.command())
    kept = ben.workspace().state.packets[PACKET].evidence
    assert [record.body["source"]["name"] for record in kept] == [
        "decisions",
        "records",
        "stamps",
        "replay_pack",
    ]
    assert {record.command for record in kept} == {kept[0].command}
    assert found.left_out == [
        "frame-drops: source metrics: the environment variable GOVERN_PROMETHEUS_URL is not set"
    ]
    rows = {
        (row["kpi"], row["cohort"], row["window"][:10]): row for row in found.rows if row["arm"] == "next"
    }
    for place in (("thumbs-down", "public", "2026-11-21"), ("thumbs-down", None, "2026-11-22")):
        assert (rows[place]["value"], rows[place]["counts"]) == (10.0, {"n": 100, "k": 10})
    assert rows["time-to-acknowledge", "public", "2026-11-21"]["n"] == 0
    said = collected_lines(found)
    assert all(len(line) <= 80 for line in said) and any("ALL" in line.split() for line in said)


def edited(ben: Clone, text: str) -> None:
    (ben.directory / "measures/thumbs.sql").write_text(text, "utf-8")
    git(ben.directory, "commit", "-qam", "Look away")


def thumbs(found: Collected) -> set[float]:
    return {row["value"] for row in found.rows if row["kpi"] == "thumbs-down"}


def test_text_of_a_query_is_frozen_on_the_way_into_shadow(ben: Clone) -> None:
    """An edit on main has no force, and neither has its absence; the bytes lie in the ledger."""
    packet = ben.workspace().state.packets[PACKET]
    digest = packet.frozen["queries/thumbs-down"]
    assert ben.workspace().inputs(digest) == THUMBS.encode()
    edited(ben, THUMBS.replace("'down'", "'never'"))
    found = taken(ben, kpi="thumbs-down")
    assert thumbs(found) == {10.0}
    assert found.bodies[0].measured["source"]["params"]["query_thumbs_down"] == digest
    ben.done(found.command())
    git(ben.directory, "rm", "-q", "measures/thumbs.sql")
    git(ben.directory, "commit", "-qm", "Take it away")
    assert thumbs(taken(ben, kpi="thumbs-down")) == {10.0}


def test_figures_of_another_text_than_the_frozen_one_are_refused(ben: Clone) -> None:
    found = taken(ben, kpi="thumbs-down")
    for forged in ({"query_thumbs_down": "sha256:" + "0" * 64}, {"query_thumbs_down": None}):
        found.bodies[0].measured["source"]["params"].update(forged)
        refused = ben.do(found.command()).decision
        assert (
            isinstance(refused, Refused) and "not measured by the query that is frozen" in refused.reasons[0]
        )


def test_edit_of_a_frozen_query_is_refused_in_a_pull_request_and_pending_on_main(ben: Clone) -> None:
    git(ben.directory, "switch", "-qc", "change")
    edited(ben, THUMBS.replace("'down'", "'never'"))

    def found(base: str) -> list[tuple[str, str, str, str]]:
        told = check(ben.context, Question(base)).findings
        return [(f.code, f.severity, f.path, f.hint) for f in told if f.code.startswith("GOV-FRZ")]

    path = "measures/thumbs.sql"
    wanted = "thumbs-down that is measured otherwise is a new KPI"
    assert found("main") == [("GOV-FRZ-001", "error", path, wanted)]
    git(ben.directory, "switch", "-q", "main")
    git(ben.directory, "merge", "-q", "change")
    frozen_by = ben.workspace().state.packets[PACKET].frozen_by
    assert found("main") == [("GOV-FRZ-005", "note", path, f"in force is the text of {frozen_by}")]
    git(ben.directory, "switch", "-qc", "away")
    git(ben.directory, "rm", "-q", path)
    git(ben.directory, "commit", "-qm", "Take it away")
    assert ("GOV-FRZ-004", "error", path, "put it back") in found("main")


def test_measure_of_a_frozen_query_is_no_matter_of_change_control(ben: Clone) -> None:
    for document, field, value, says in (
        ("kpis/thumbs-down", "measure.sql", "measures/other.sql", "a new one"),
        ("kpis/thumbs-down", "measure", "mismatch_rate", "a new one"),
        (
            "queries/thumbs-down",
            "text",
            "SELECT 1",
            "has not frozen `queries/thumbs-down`; nearest: kpis/thumbs-down",
        ),
    ):
        setting = {"document": document, "field": field, "value": value}
        refused = ben.do(OpenChange(PACKET, (setting,), "it hurts")).decision
        assert isinstance(refused, Refused) and says in refused.reasons[0], refused


def test_query_that_comes_in_by_change_control_is_frozen_with_it(ben: Clone) -> None:
    clone = ben.at("2026-11-20T10:00:00Z")
    kpi = clone.directory / "governance/kpis/frame-drops.yaml"
    other = yaml.safe_load(kpi.read_text("utf-8")) | {
        "id": "thumbs-up", "source": "decisions", "measure": {"sql": "measures/up.sql"},
    }  # fmt: skip
    kpi.with_name("thumbs-up.yaml").write_text(yaml.safe_dump(other), "utf-8")
    (clone.directory / "measures/up.sql").write_text(THUMBS.replace("'down'", "'up'"), "utf-8")
    git(clone.directory, "add", "-A")
    git(clone.directory, "commit", "-qm", "Look at the bright side")
    setting = {
        "document": f"packets/{PACKET}", "field": "monitoring.kpis",
        "value": ["mean-score-delta", "policy-dislocation-rate", "thumbs-up"],
    }  # fmt: skip
    clone.acting("ana").done(OpenChange(PACKET, (setting,), "ask for more"))
    clone.acting("ben").done(ApplyChange(PACKET))
    frozen = clone.workspace().state.packets[PACKET].frozen
    assert clone.workspace().inputs(frozen["queries/thumbs-up"]) == THUMBS.replace("'down'", "'up'").encode()


def test_ledger_from_before_texts_were_frozen_stays_sound_and_keeps_its_rule(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The first text that is recorded binds: cycles that are measured in two ways do not add up."""
    with monkeypatch.context() as before:
        before.setattr(queries, "texts", lambda *_: {})
        ben = in_canary(tmp_path / "old")
    log(ben)
    assert not [key for key in ben.workspace().state.packets[PACKET].frozen if key.startswith("queries/")]
    ben.done(taken(ben).command())
    edited(ben, THUMBS.replace("'down'", "'never'"))
    refused = ben.do(taken(ben, kpi="thumbs-down").command()).decision
    assert isinstance(refused, Refused) and "thumbs-down: its query is not that of" in refused.reasons[0]
    git(ben.directory, "rm", "-q", "measures/thumbs.sql")
    git(ben.directory, "commit", "-qm", "Take it away")
    with pytest.raises(DocumentError, match=r"measures/thumbs\.sql is not on main"):
        taken(ben, kpi="thumbs-down")
    assert replace(ben, now="2026-12-31T00:00:00Z").audited() == []


def test_steps_are_told_while_it_runs(ben: Clone) -> None:
    steps: list[str] = []
    taken(ben, tell=steps.append)
    assert steps == [
        "reading decisions", "measuring 2 KPIs on 200 decisions", "comparing stamps", "building a replay pack",
        "asking metrics",
    ]  # fmt: skip
