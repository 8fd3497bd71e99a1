"""Collecting with a query of the team's own, a source that is not read here, and all cohorts together."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import yaml

from decision_logs import COLUMNS, write_csv
from govern.domain.decision import Refused
from govern.domain.rollout import Advance
from govern.domain.waiver import AcceptRisk
from govern.errors import DocumentError
from govern.operations.collect import Collected, collect
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
        clone = repository(folder / "team")
        _documents(clone.directory)
        git(clone.directory, "add", "-A")
        git(clone.directory, "commit", "-q", "-m", "Measure more")
        open_ledger(clone)
        ben = clone.acting("ben").at(SHADOW)
        ben.done(Advance(PACKET, "shadow", rehearsal={"same": True, "seconds": 0.1}))
        ben.done(AcceptRisk(PACKET, "nobody scored it", "2026-12-01"))
        ben.done(Advance(PACKET, "canary"))
    return folder / "team"


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
    rows: list[dict[str, Any]] = []
    for day in ("21", "22"):
        units = [f"{day}-{number}" for number in range(100)]
        rows += served(serving(clone), "chat", ["public"], f"2026-11-{day}T12:00:00Z", units)
    rows = [row | {"thumbs": "down" if place % 10 == 0 else "up"} for place, row in enumerate(rows)]
    write_csv(clone.directory / "log.csv", rows, (*COLUMNS, "thumbs"))
    yield clone
    assert replace(clone, now="2026-12-31T00:00:00Z").audited() == []


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
    assert len(found.left_out) == 1 and found.left_out[0].startswith(
        "frame-drops: the source metrics is prometheus"
    )
    rows = {
        (row["kpi"], row["cohort"], row["window"][:10]): row for row in found.rows if row["arm"] == "next"
    }
    for place in (("thumbs-down", "public", "2026-11-21"), ("thumbs-down", None, "2026-11-22")):
        assert (rows[place]["value"], rows[place]["counts"]) == (10.0, {"n": 100, "k": 10})
    assert rows["time-to-acknowledge", "public", "2026-11-21"]["n"] == 0
    said = collected_lines(found)
    assert all(len(line) <= 80 for line in said) and any("ALL" in line.split() for line in said)


def test_query_that_was_changed_on_main_is_refused_once_it_was_measured(ben: Clone) -> None:
    ben.done(taken(ben).command())
    (ben.directory / "measures/thumbs.sql").write_text(THUMBS.replace("'down'", "'never'"), "utf-8")
    git(ben.directory, "commit", "-qam", "Look away")
    changed = taken(ben, kpi="thumbs-down")
    refused = ben.do(changed.command()).decision
    assert isinstance(refused, Refused) and "thumbs-down: its query is not that of" in refused.reasons[0]
    git(ben.directory, "rm", "-q", "measures/thumbs.sql")
    git(ben.directory, "commit", "-qm", "Take it away")
    with pytest.raises(DocumentError, match=r"measures/thumbs\.sql is not on main"):
        taken(ben, kpi="thumbs-down")


def test_steps_are_told_while_it_runs(ben: Clone) -> None:
    steps: list[str] = []
    taken(ben, tell=steps.append)
    assert steps == [
        "reading decisions", "measuring 2 KPIs on 200 decisions", "comparing stamps", "building a replay pack",
    ]  # fmt: skip
