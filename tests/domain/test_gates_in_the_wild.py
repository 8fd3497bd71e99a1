"""Conditions of other tools written as documents of ours: tests/cases/gates, a file each.

A file holds where the condition stands, what it means, its KPIs and triggers, and what the packet asks of its gates.
Cases say what each cycle or window gave: `values` go through the checks of canary -> wide, `series` through the
trigger. The page docs/explanation/gates-in-the-wild.md shows the documents that are tried here.
"""

from collections.abc import Mapping
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import yaml

from builders import DAY_ONE, EXAMPLE, PACKET, World, branch, cohorts
from govern.domain.checks import RULES
from govern.domain.document import digest_of
from govern.domain.evidence.cycles import complete, done_at
from govern.domain.firing import Grid
from govern.domain.gates import evaluate
from govern.domain.rollout.change_control import ApplyChange, OpenChange
from govern.domain.windows import after
from govern.operations.review.validate import validate
from govern.operations.triggers.evaluate import Evaluated
from govern.operations.triggers.evaluate import evaluate as count
from trees import ROOT, MemoryTree
from windowed import evidence

Case = dict[str, Any]
CYCLE, ANCHOR = "PT1M", "2026-11-16"
CHECKS = ("kpi_bands", "kpi_score")
FILES = {
    file.stem: yaml.load(file.read_text("utf-8"), Loader=yaml.CSafeLoader)
    for file in sorted((ROOT / "tests/cases/gates").glob("*.yaml"))
}
PAGE = ROOT / "docs" / "explanation" / "gates-in-the-wild.md"
CASES = [(f"{name}-{case['name']}", file, case) for name, file in FILES.items() for case in file["cases"]]
ON_VALUES = [pytest.param(file, case, id=name) for name, file, case in CASES if "values" in case]
ON_SERIES = [pytest.param(file, case, id=name) for name, file, case in CASES if "series" in case]
USUAL = {"on_no_data": "inconclusive", "warm_up": "PT0S", "scope": "each_cohort"}
TOLD = {
    "kpi": ("unit", "bands", "unless", "on_no_data", "warm_up", "scope"),
    "trigger": ("signal", "window", "warm_up", "condition", "counter", "scope", "severity", "action"),
}


def edits(file: Case, case: Case) -> dict[str, Any]:
    """The example workspace with the documents of a file, and the cohorts that the case speaks of."""
    named = [key for key in case.get("values") or case.get("series") or {} if key != "all"] or ["a", "b"]
    made: dict[str, Any] = cohorts(*named)
    made["govern"] = {
        "windows": {"anchor": ANCHOR, "length": CYCLE},
        "sources.metrics": {"type": "prometheus", "url_from_env": "METRICS_URL"},
    }
    for folder in ("kpis", "triggers"):
        for document in file[folder]:
            made[f"{folder}/{document['id']}"] = {k: v for k, v in document.items() if k != "kind"}
    monitored = file.get("monitored", [kpi["id"] for kpi in file["kpis"]])
    packet = {
        "canary.percent": 50,
        "monitoring.review_cadence": CYCLE,
        "monitoring.kpis": ["mean-score-delta", *monitored],
        "triggers": [trigger["id"] for trigger in file["triggers"]] or ["policy-dislocation"],
    }
    gates = case.get("gates", file["gates"])
    made[f"packets/{PACKET}"] |= packet | ({"gates": gates} if gates else {})
    return made


def in_canary(file: Case, case: Case) -> World:
    """On next since nine, past every gate; what an earlier packet was accepted with lies before."""
    made = World(branch(edits(file, case))).opened()
    if "pairs" in case:
        made.put("shadow")
        made.pairs(case["pairs"])
    made.put("canary")
    if "accepted" in case:
        accept(made, case["accepted"])
    if "change" in case:
        made.do(OpenChange(PACKET, (case["change"],), "it starts more slowly"), "ana")
        made.do(ApplyChange(PACKET))
    return made


def accept(made: World, told: Mapping[str, Mapping[str, list[float]]]) -> None:
    """A packet before this one on the same surface passed on these cycles, the last of them just before nine."""
    grid = Grid(ANCHOR, CYCLE)
    nine = grid.place_at(DAY_ONE)
    rows = [
        {"check": "kpi_bands", "kpi": kpi, "cohort": cohort, "window": grid.text(nine - len(values) + place),
         "n": 200, "value": value, "unit": "ms", "outcome": "passed", "warning": False, "limit": ""}
        for kpi, by_cohort in told.items()
        for cohort, values in by_cohort.items()
        for place, value in enumerate(values)
    ]  # fmt: skip
    packet = made.packet()
    assert packet.next is not None and packet.prev is not None
    body = {
        "from": "canary", "to": "wide", "attempt": 0, "surface": packet.surface, "prev": packet.prev.as_value(),
        "next": packet.next.as_value(), "left": [], "verdicts": [], "rows": rows, "cohorts": ["a"],
        "dossier": digest_of(b""),
    }  # fmt: skip
    made.fact("phase_advanced/1", body, "packets/earlier")


def measure(made: World, file: Case, case: Case) -> None:
    """Record the values of each cycle; no value is a cycle without data. It is as late as the last of them is over."""
    kpis = {kpi["id"]: kpi for kpi in file["kpis"]}
    cells = [
        (kpis[kpi], cohort, told if isinstance(told, list) else [told] * 2)
        for cohort, by_kpi in case["values"].items()
        for kpi, told in by_kpi.items()
    ]
    border = made.border("wide")
    made.now = max(done_at(border, cohort, len(told), kpi["warm_up"]) for kpi, cohort, told in cells)
    border = made.border("wide")
    rows: dict[str, list[dict[str, Any]]] = {}
    for kpi, cohort, told in cells:
        for window, cell in zip(complete(border, cohort, kpi["warm_up"]), told, strict=True):
            sides = (
                {"next": cell["value"], "prev": cell["prev"]} if isinstance(cell, dict) else {"next": cell}
            )
            rows.setdefault(kpi["source"], []).extend(
                _row(kpi["id"], cohort, window, arm, value) for arm, value in sides.items()
            )
    for source, found in rows.items():
        body, table = evidence("wide", source, found)
        made.documents.kept[digest_of(table)] = table
        made.fact("evidence_recorded/1", body)


def _row(kpi: str, cohort: str, window: str, arm: str, value: float | None) -> dict[str, Any]:
    n = 0 if value is None else 200
    return {"kpi": kpi, "cohort": cohort, "window": window, "arm": arm, "n": n, "excluded": 0, "value": value,
            "counts": {"n": n}}  # fmt: skip


@pytest.mark.parametrize(("file", "case"), ON_VALUES)
def test_gate_gives_the_verdict_of_the_condition(file: Case, case: Case) -> None:
    made = in_canary(file, case)
    measure(made, file, case)
    found = evaluate(made.border("wide"), [item for item in RULES[1]["wide"] if item.name in CHECKS])
    assert {verdict.check: verdict.outcome for verdict in found} == case["verdict"], found
    assert [verdict.check for verdict in found if verdict.warning] == case.get("warning", [])
    if "cohorts" in case:
        assert found[0].cohorts == case["cohorts"]


@pytest.mark.parametrize(("file", "case"), ON_SERIES)
def test_trigger_fires_where_the_condition_does(file: Case, case: Case, tmp_path: Path) -> None:
    made = in_canary(file, case)
    ((name, firing),) = case["firing"].items()
    counted = evaluated(made, name, case["series"], tmp_path / "series.csv")
    rule = counted.watch.rule
    assert any(rule.is_open(each.line.values) for each in counted.counted) is (firing == "open")
    if firing in ("quiet", "open"):
        assert not counted.fresh
        return
    record, *_ = made.do(counted.command())
    assert record.body["cohorts"] == firing
    assert record.body["action"] == case.get("action", counted.watch.trigger["action"])


def evaluated(made: World, name: str, series: Mapping[str, list[float | None]], path: Path) -> Evaluated:
    """The series as a file, counted by the command's own way; it is as late as its last window is over."""
    length = made.documents.values[f"triggers/{name}"]["window"]
    grid = Grid(ANCHOR, length)
    first = grid.first_from(DAY_ONE)
    rows = ["window,cohort_key,value", *(
        f"{grid.start(first + place)},{cohort},{'' if value is None else value}"
        for cohort, values in series.items()
        for place, value in enumerate(values)
    )]  # fmt: skip
    path.write_text("\n".join(rows).replace(",all,", ",,") + "\n")
    made.now = after(grid.start(first + max(map(len, series.values()))), "PT0S")
    workspace: Any = SimpleNamespace(
        state=made.state,
        documents=lambda: made.documents,
        now=lambda: made.now,
        repository=SimpleNamespace(root=None),
    )
    return count(workspace, PACKET, name, path)


@pytest.mark.parametrize("file", FILES.values(), ids=FILES)
def test_documents_are_what_a_workspace_may_hold(file: Case) -> None:
    made = branch(edits(file, {}))
    kinds = {"kpis": "kpi", "triggers": "trigger", "packets": "packet"}
    files = {
        path.relative_to(EXAMPLE).as_posix(): path.read_bytes()
        for path in EXAMPLE.rglob("*")
        if path.is_file()
    }
    for key, value in made.values.items():
        folder = key.partition("/")[0]
        kind = {"govern": "workspace"}.get(key) or kinds.get(folder) or key
        if kind in ("workspace", "cohorts", *kinds.values()):
            text = yaml.safe_dump({"kind": f"{kind}/v1", **value}, sort_keys=False)
            files[f"governance/{key}.yaml"] = text.encode()
    files |= {kpi["measure"]["sql"]: b"SELECT 1" for kpi in file["kpis"] if "sql" in kpi["measure"]}
    assert validate(MemoryTree(files), "governance").findings == ()


@pytest.mark.parametrize("file", FILES.values(), ids=FILES)
def test_condition_is_met_broken_and_left_open(file: Case) -> None:
    seen = set()
    for case in file["cases"]:
        firing = [value if isinstance(value, str) else "fired" for value in case.get("firing", {}).values()]
        seen |= {*case.get("verdict", {}).values(), *firing}
    assert seen & {"passed", "quiet"} and seen & {"failed", "fired"} and seen & {"inconclusive", "open"}


def test_all_of_them_are_here() -> None:
    assert list(FILES) == [f"g{number:02}" for number in range(1, 16)]


def test_page_shows_the_documents_that_were_tried() -> None:
    shown = [line for line in PAGE.read_text("utf-8").splitlines() if line.startswith("| ")][1:]
    assert shown == [table_row(file) for file in FILES.values()]


def table_row(file: Case) -> str:
    """The condition and where it stands, beside the fields that decide here."""
    written = [
        f"{document['id']}: {_flow(_told(document))}" for document in (*file["kpis"], *file["triggers"])
    ]
    written += [f"gates: {_flow(file['gates'])}"] if file["gates"] else []
    where = file["source"].replace("@9f8d111d", "").replace("@15bd6ad5", "").replace("@0f7f0699", "")
    return f"| {file['meaning']} ({where}) | {'<br>'.join(f'`{text}`' for text in written)} |"


def _told(document: Case) -> Case:
    names = TOLD[document["kind"].partition("/")[0]]
    return {name: document[name] for name in names if document.get(name, USUAL.get(name)) != USUAL.get(name)}


def _flow(value: Case) -> str:
    text: str = yaml.safe_dump(value, default_flow_style=True, sort_keys=False, width=10_000)
    return text.strip()
