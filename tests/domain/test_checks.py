"""Every check of the shelf on cases kept as data: tests/cases/checks/CHECK.yaml, its form in case.schema.json.

A case starts from the example workspace with its packet in draft or shadow, past every gate, so that a check
is met alone; modes and waivers apply as they do at a border.
"""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest
import yaml

from builders import EXAMPLE, PACKET, World, branch
from drilled import edited
from govern.documents import schemas
from govern.domain.checks import RULES
from govern.domain.decision import Accepted
from govern.domain.document import digest_of, lines
from govern.domain.evidence.stamping import window
from govern.domain.gates import Border, Item, evaluate
from govern.domain.mitigation.by_hand import EnterMitigation
from govern.domain.policy import Actor
from govern.domain.rollback.execution import Rollback
from govern.domain.rollout.advance import Advance
from govern.domain.rollout.change_control import ApplyChange, OpenChange
from govern.domain.rollout.extension import Extend
from govern.domain.rollout.waiver import Waive
from govern.domain.verdict import Verdict
from windowed import evidence, replays, rows_of

FOLDER = Path(__file__).parents[1] / "cases" / "checks"
FILES = {
    file.stem: yaml.load(file.read_text("utf-8"), Loader=yaml.CSafeLoader)
    for file in sorted(FOLDER.glob("*.yaml"))
}
SHELF: dict[str, Item] = {item.name: item for row in RULES[1].values() for item in row}
STARTS = {"shadow": "draft", "canary": "shadow", "wide": "canary", "adopted": "canary"}
OUTCOMES = {"passed", "failed", "inconclusive", "error", "not_applicable"}

Case = dict[str, Any]
CASES = [
    pytest.param(check, file, case, id=f"{check}-{place:02}")
    for check, file in FILES.items()
    for place, case in enumerate(file["cases"])
]


def border_of(made: World, file: Case, case: Case) -> Border:
    """The border that the case asks about, as its world stands."""
    more: Case = {name: tuple(case[name]) for name in ("cohorts",) if name in case}
    more |= {name: case[name] for name in ("rehearsal", "reentry") if name in case}
    actor = Actor(case.get("actor", "ben"), case.get("claimed", False))
    return made.border(case.get("border", file["border"]), PACKET, actor, **more)


def risk(made: World, border: Border, told: Case) -> None:
    body = {
        "risk": "no_shadow_pairs",
        "frozen": dict(border.frozen),
        "reason": "a typing error only",
        "owner": "ben",
    }
    made.fact("risk_accepted/1", {**body, **told})


def waiver(made: World, border: Border, told: Case) -> None:
    check = told["check"]
    body = {
        "check": check, "border": border.to, "cohorts": list(border.cohorts), "outcome": "failed",
        "subject": border.waiver_subject(check), "reason": "known and watched", "owner": "ben",
        "expires": told["expires"],
    }  # fmt: skip
    made.fact("waiver_granted/1", body)


def approval(made: World, border: Border, told: Case) -> None:
    dossier = {**border.dossier, **told.get("dossier", {})}
    expires = told.get("expires", "2026-11-27T09:00:00Z")
    body = {
        "role": "rollout_approve",
        "dossier": dossier,
        "digest": border.dossier_digest,
        "expires": expires,
    }
    made.fact("approval_given/1", body, by=told["by"])


def explained(made: World, border: Border, told: Case) -> None:
    items = border.packet.evidence[-1].body["items"]["sha256"]
    body = {"items": items, "cluster": None, "dimension": "refusal", "moved": "takes half of it back", **told}
    made.fact("divergence_explained/1", body)


def rehearsed(made: World, border: Border, told: Case) -> None:
    body = {"form": "clone", "cohorts": list(border.packet.covered), "same": True}
    made.fact("rehearsal_held/1", {**body, **told})


def verified(made: World, border: Border, told: Case) -> None:
    assert border.prev is not None
    body = {"digest": border.prev.digest, "method": "staging", **told}
    made.fact("baseline_verified/1", body, f"baselines/{border.prev.baseline}")


def rollback(made: World, border: Border, told: Case) -> None:
    decision = made.decide(
        Rollback(told.get("packet", PACKET), "operator-judgement", tuple(told.get("cohorts", ())))
    )
    assert isinstance(decision, Accepted), decision
    made.record(decision.events, decision.asked)


def change(made: World, border: Border, told: Case) -> None:
    made.do(OpenChange(PACKET, (told,), "a smaller sample will do"), "ana")
    made.do(ApplyChange(PACKET))


def write(made: World, border: Border, told: Case) -> None:
    """A file as it is told, or the example's with a part of it replaced."""
    path = told["path"]
    text = told["text"] if "text" in told else (EXAMPLE / path).read_text("utf-8")
    assert told.get("old", "") in text
    made.documents.write(path, text.replace(told["old"], told["new"]) if "old" in told else text)


def waive(made: World, border: Border, told: Case) -> None:
    made.do(Waive(PACKET, told["check"], "known and watched", told["expires"]))


def advance(made: World, border: Border, told: Case) -> None:
    made.do(Advance(PACKET, told["to"], tuple(told.get("only", ()))))


def stamps(made: World, border: Border, told: Case) -> None:
    """A sample of the decision log: by cohort its counts, or a list of them, one a window."""
    since, until = told.get("since", {}), told.get("until", made.now)
    begins = since if isinstance(since, dict) else dict.fromkeys(told["counts"], since)
    rows = [
        {"kpi": None, "cohort": cohort, "arm": "next", "excluded": told.get("excluded", 0),
         "window": window(begins[cohort], until) if begins else f"2026-11-{20 + place}/P1D",
         "n": sum(counts.values()), "value": None, "counts": counts}
        for cohort, given in told["counts"].items()
        for place, counts in enumerate(given if isinstance(given, list) else [given])
    ]  # fmt: skip
    table = lines(rows)
    made.documents.kept[digest_of(table)] = table
    named = {"path": "decisions.csv", "sha256": digest_of(table), "rows": 100}
    params = {"until": until, **({"last": told["last"]} if "last" in told else {})}
    source = {"name": "stamps", "query": ["stamps"], "params": params, "input": named, "until": None}
    body = {"border": told.get("border", border.to), "source": source | told.get("source", {}), "windows": []}
    body |= {"excluded": {}, "table": {"sha256": digest_of(table), "rows": len(rows)}}
    made.fact("evidence_recorded/1", body)


def decisions(made: World, border: Border, told: Case) -> None:
    """What was measured of decisions: see `windowed.rows_of`."""
    body, table = evidence(border.to, "decisions", rows_of(replace(border, now=made.now), told))
    made.documents.kept[digest_of(table)] = table
    made.fact("evidence_recorded/1", body)


def replayed(made: World, border: Border, told: Case) -> None:
    body, table = evidence(border.to, "replay_pack", replays(told), origin="support", last=made.now)
    made.documents.kept[digest_of(table)] = table
    made.fact("evidence_recorded/1", body)


def fired(made: World, border: Border, told: Case) -> None:
    assert border.next is not None
    body = {
        "trigger": "policy-dislocation", "action": "rollback", "counter": {"consecutive": 2},
        "condition": {"op": "above", "threshold": 5, "unit": "percent"}, "on_no_data": "inconclusive",
        "window": "PT1H", "windows": [f"{told['first']}/PT1H"], "cohorts": told["cohorts"],
        "values": [{"cohort": told["cohorts"][0], "window": f"{told['first']}/PT1H", "value": 7}],
        "first": told["first"], "last": told["last"], "baseline": border.next.baseline,
        "model_version": border.next.model_version,
        "calibration": None, "source": {"path": "series.csv", "sha256": digest_of(b""), "rows": 2},
    }  # fmt: skip
    made.fact("trigger_fired/1", body)


def drilled(made: World, border: Border, told: Case) -> None:
    """A passed drill of the package as it stands, of today, with parts of its record as told by dotted path."""
    package = told.get("package", "pkg")
    document = made.documents.get("package", package)
    assert document is not None
    body = edited(schemas.read("records/drill_completed.1")["examples"][2], {
        "package": {"id": package, "digest": document.digest}, "ended_at": made.now, "scenario": "mixed_signal",
        "owners_agree": True, "handoffs.in_band": True, "answers.decisions.jo.decision": "tune",
        **told.get("body", {}),
    })  # fmt: skip
    made.fact("drill_completed/1", body, f"packages/{package}")


def edit(made: World, border: Border, told: Case) -> None:
    """The documents branch moves on after something was frozen."""
    for key, fields in told.items():
        made.documents.edit(key, fields)


EVENTS: dict[str, Callable[[World, Border, Any], object]] = {
    "pairs": lambda made, _, told: made.pairs(told),
    "put": lambda made, _, told: made.put(told["to"], told["packet"], told.get("only", ())),
    "fact": lambda made, _, told: made.fact(
        told["event"], told["body"], told.get("stream", f"packets/{PACKET}"), told.get("by", "ben")
    ),
    "now": lambda made, _, told: setattr(made, "now", told),
    "risk": risk,
    "waiver": waiver,
    "approval": approval,
    "explained": explained,
    "rehearsed": rehearsed,
    "verified": verified,
    "rollback": rollback,
    "enter": lambda made, _, told: made.do(EnterMitigation(told["cohort"], "operator-judgement")),
    "change": change,
    "waive": waive,
    "advance": advance,
    "extend": lambda made, _, told: made.do(Extend(PACKET, tuple(told["cohorts"]), told["percent"])),
    "stamps": stamps,
    "write": write,
    "decisions": decisions,
    "replays": replayed,
    "fired": fired,
    "drilled": drilled,
    "edit": edit,
}


def verdict_of(check: str, file: Case, case: Case) -> Verdict:
    documents = branch(file.get("documents"))
    for key, fields in case.get("documents", {}).items():
        documents.edit(key, fields)
    made = World(documents).opened()
    for packet in case.get("seal", ()):
        made.documents.seal(packet)
    for path in case.get("gone", ()):
        del made.documents.files[path]
    start = case.get("start", STARTS[case.get("border", file["border"])])
    if start != "draft":
        made.put(start)
    for event in case.get("events", ()):
        ((name, told),) = event.items()
        EVENTS[name](made, border_of(made, file, case), told)
    made.now = case.get("now", made.now)
    (verdict,) = evaluate(border_of(made, file, case), [SHELF[check]])
    return verdict


@pytest.mark.parametrize(("check", "file", "case"), CASES)
def test_check_gives_the_verdict_of_its_case(check: str, file: Case, case: Case) -> None:
    verdict, expect = verdict_of(check, file, case), case["expect"]
    assert verdict.check == check
    assert (verdict.outcome, verdict.text) == (expect["outcome"], verdict.text), case["what"]
    for fragment in expect["text"] if isinstance(expect["text"], list) else [expect["text"]]:
        assert fragment in verdict.text
    if "cohorts" in expect:
        assert dict(verdict.cohorts or {}) == expect["cohorts"]
    for name in ("warning", "final"):
        assert getattr(verdict, name) is expect.get(name, False), f"{name}: {verdict}"
    assert (verdict.waived_by is not None) is expect.get("waived", False), verdict
    for name in ("todo", "turn"):
        if name in expect:
            assert getattr(verdict, name) == expect[name]
    if "flips" in expect:
        assert list(verdict.flips) == expect["flips"]


@pytest.mark.parametrize("check", FILES)
def test_case_file_fits_the_schema_of_cases(check: str) -> None:
    schema = json.loads((FOLDER / "case.schema.json").read_bytes())
    faults = list(jsonschema_rs.Draft202012Validator(schema).iter_errors(FILES[check]))
    assert not faults, faults[0]


def test_every_check_of_the_shelf_has_cases_that_pass_and_that_do_not() -> None:
    assert set(FILES) == set(SHELF)
    for check, file in FILES.items():
        seen = {case["expect"]["outcome"] for case in file["cases"]}
        assert "passed" in seen and len(seen) > 1, check


def test_check_is_told_by_the_border_of_its_file() -> None:
    for check, file in FILES.items():
        assert SHELF[check] in RULES[1][file["border"]]
