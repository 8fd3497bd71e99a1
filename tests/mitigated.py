"""A clone whose cohort `public` is in mitigation, held to criteria that name health signals and replay packs.

The decision log of the lane is made here too: rows with the columns that the signals read.
"""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

from decision_logs import COLUMNS, decision, write_csv
from govern.domain.rollback.execution import Rollback
from govern.domain.rollout.advance import Advance
from govern.domain.rollout.waiver import AcceptRisk
from lanes import SIGNALS, TEAM
from workspaces import Clone, git, isolated, opened

PACKET, COHORT, LANE = "no-system-prompt", "public", "public-01"
ENTERED = "2026-11-20T15:00:00Z"
NOW = "2026-11-22T12:00:00Z"
READ = ("route", "owner_mutation", "first_interaction", "side_effect_class")
PACKS = ("store-patch", "first-interaction")
SERVER = "GOVERN_PROMETHEUS_URL"
SLOW = """\
SELECT cohort, "window", COUNT(*) AS n, 100.0 * COUNT(*) FILTER (error_class = 'slow') / COUNT(*) AS value
FROM windows JOIN decisions USING (cohort_key)
WHERE since <= decided_at AND decided_at < until
GROUP BY ALL
"""


def in_mitigation(folder: Path, more: Mapping[str, Mapping[str, Any]] | None = None) -> Path:
    """Its ledger open, taken into canary on a risk, rolled back on the afternoon of the first day.

    `more` are further signals: KPIs as the first one, but for the fields given.
    """
    with pytest.MonkeyPatch.context() as patch:
        for name, value in isolated(folder / "home").items():
            patch.setenv(name, value)
        ben = opened(folder / "team").acting("ben")
        _hold_to(ben.directory, more or {})
        ben.at("2026-11-20T09:05:00Z").done(
            Advance(PACKET, "shadow", rehearsal={"same": True, "seconds": 0.1})
        )
        ben.done(AcceptRisk(PACKET, "nothing to pair with", "2026-11-29T00:00:00Z"))
        ben.at("2026-11-20T10:00:00Z").done(Advance(PACKET, "canary"))
        ben.at(ENTERED).done(Rollback(PACKET, "operator-judgement"))
    return folder / "team"


def _hold_to(folder: Path, more: Mapping[str, Mapping[str, Any]]) -> None:
    """Criteria that name the five signals of the team example, `more`, and two packs."""
    criteria = folder / "governance/criteria/minimum.yaml"
    value = yaml.safe_load(criteria.read_text("utf-8"))
    value["criteria"]["route-match"]["replay_set"] = "replays/required.yaml"
    criteria.write_text(yaml.safe_dump(value | {"signals": [*SIGNALS, *more]}, sort_keys=False), "utf-8")
    (folder / "replays").mkdir()
    (folder / "replays/required.yaml").write_text(f"packs: [{', '.join(PACKS)}]\n", "utf-8")
    for name in SIGNALS:
        text = (TEAM / f"kpis/{name}.yaml").read_text("utf-8").replace("owner: kim", "owner: ana")
        (folder / f"governance/kpis/{name}.yaml").write_text(text, "utf-8")
    first = yaml.safe_load((folder / f"governance/kpis/{SIGNALS[0]}.yaml").read_text("utf-8"))
    for name, fields in more.items():
        (folder / f"governance/kpis/{name}.yaml").write_text(
            yaml.safe_dump(first | {"id": name, **fields}), "utf-8"
        )
    workspace = yaml.safe_load((folder / "governance/govern.yaml").read_text("utf-8"))
    workspace["sources"]["metrics"] = {"type": "prometheus", "url_from_env": SERVER}
    (folder / "governance/govern.yaml").write_text(yaml.safe_dump(workspace, sort_keys=False), "utf-8")
    (folder / "measures").mkdir()
    (folder / "measures/slow.sql").write_text(SLOW, "utf-8")
    git(folder, "add", "--all")
    git(folder, "commit", "--quiet", "--message=Hold lanes to signals and packs")


def decided(number: int, at: str, **fields: Any) -> dict[str, Any]:
    """A decision of the cohort in its lane, on the primary route, with nothing to tell."""
    own = {name: fields.pop(name, None) for name in READ}
    plain = {"surface": "chat", "cohort_key": COHORT, "model_version_active": "llama-2-70b-chat+v1"}
    row = decision(f"d{number}", decided_at=at, **{**plain, **fields})
    return (
        row | {"route": "primary", "owner_mutation": "none"} | {n: v for n, v in own.items() if v is not None}
    )


def day(day: str, hour: int = 9, count: int = 300, start: int = 0, **fields: Any) -> list[dict[str, Any]]:
    """So many decisions of one hour of a day in November; the first ones with fields that are lists."""
    rows = []
    for number in range(count):
        mine = {n: v[number] if number < len(v) else None for n, v in fields.items() if isinstance(v, list)}
        whole = {n: v for n, v in fields.items() if not isinstance(v, list)}
        at = f"2026-11-{day}T{hour:02}:{number // 60 % 60:02}:{number % 60:02}Z"
        rows.append(decided(start + number, at, **whole, **{n: v for n, v in mine.items() if v is not None}))
    return rows


def log_of(clone: Clone | Path, rows: Iterable[dict[str, Any]], columns: tuple[str, ...] = READ) -> Path:
    folder = clone.directory if isinstance(clone, Clone) else clone
    return write_csv(folder / "log.csv", rows, (*COLUMNS, *columns))
