"""What stands in the ledger by somebody's hand: it stops nobody, binds nothing and drives no time."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from govern.domain.document import canonical, digest_of
from govern.domain.records import Event
from govern.domain.rollback.execution import Rollback
from govern.domain.rollout.pause import Pause
from govern.domain.windows import LAST
from govern.errors import RefusedError, RepositoryError
from govern.ledger.seen import SEEN
from govern.operations import stamping
from operations.forging import Forgery, decided, push, tamper
from operations.worlds import CANARY, LEDGER, PACKET, World, commit_at
from workspaces import git

STREAM = f"packets/{PACKET}"
NOON = "2026-11-20T12:00:00Z"


@pytest.fixture
def unchecked(monkeypatch: pytest.MonkeyPatch) -> None:
    """The attacker's own program writes what it likes."""
    monkeypatch.setattr(stamping, "_check", lambda _: None)
    monkeypatch.setattr(stamping, "put_out", lambda fields: (dict(fields), {}))


def paused(body: Mapping[str, Any], *, at: str = NOON, inputs: Mapping[str, bytes] | None = None) -> Forgery:
    asked = {"do": "pause", "packet": PACKET, "reason": "wait"}
    return Forgery([Event(STREAM, "packet_paused/1", body)], asked, inputs=inputs or {}, at=at)


NO_LINES = b"\xff kind: packet/v1\n"
BODIES: dict[str, tuple[Mapping[str, Any], Mapping[str, bytes]]] = {
    "a list that is named by a list": ({"reason": {"listed": [], "rows": 1}}, {}),
    "a list that is named by a number": ({"reason": {"listed": 7, "rows": 1}}, {}),
    "a table that holds no lines of JSON": (
        {"reason": {"listed": digest_of(NO_LINES), "rows": 1}},
        {digest_of(NO_LINES): NO_LINES},
    ),
    "moves that are numbers": ({"moves": [1], "cohorts": 5}, {}),
    "no reason": ({}, {}),
}


@pytest.mark.parametrize(("body", "inputs"), BODIES.values(), ids=BODIES.keys())
def test_work_goes_on_when_a_record_is_misshapen(
    measured: World, unchecked: None, body: Mapping[str, Any], inputs: Mapping[str, bytes]
) -> None:
    push(measured, paused(body, inputs=inputs))
    there = measured.ben.workspace()
    assert len(there.state.void) == 1
    assert there.state.packets[PACKET].paused_by is None
    assert there.commands()[-1][1][0].body == {}  # screens never meet what is misshapen
    assert len(measured.faults()) == 1


ROWS = {
    "a row of two fields": [{"kpi": None, "cohort": "public"}],
    "a row that is a number": [7],
    "figures without counts": [
        {"kpi": None, "cohort": "public", "arm": "paired", "n": 3, "value": None, "counts": {}}
    ],
    "a count beyond every number": [
        {"kpi": "x", "cohort": "public", "arm": "paired", "n": 10**400, "value": None, "counts": {}}
    ],
}


@pytest.mark.parametrize("rows", ROWS.values(), ids=ROWS.keys())
def test_evidence_is_void_when_its_rows_are_misshapen(measured: World, rows: list[Any]) -> None:
    there = measured.ben.workspace()
    (record,) = [r for r in there.history.records if r.event == "evidence_recorded/1"]
    data = b"".join(canonical(row) + b"\n" for row in rows)
    body = {**record.body, "table": {"sha256": digest_of(data), "rows": len(rows)}}
    event = Event(STREAM, "evidence_recorded/1", body, record.uses)
    asked = {"do": "record-shadow", "packet": PACKET}
    push(measured, Forgery((event,), asked, inputs={digest_of(data): data}))
    assert measured.faults() == {"GOV-AUD-016"}
    measured.ben.done(CANARY)  # on the evidence that is sound


def test_plain_ledger_wins_when_another_branch_names_its_folder(measured: World) -> None:
    root = git(measured.forge, "rev-list", "--max-parents=0", LEDGER)
    for name in ("backup", "governance"):
        git(measured.forge, "branch", f"{LEDGER}-{name}", root)
    there = measured.ben.workspace()
    assert (there.ledger_branch, there.state.packets[PACKET].phase) == (LEDGER, "shadow")


def test_both_are_named_when_two_branches_may_be_the_ledger(
    measured: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = git(measured.forge, "rev-list", "--max-parents=0", LEDGER)
    workspace = measured.ben.workspace().state.workspace
    names = (f"{LEDGER}-governance", f"{LEDGER}-{workspace}")
    for name in names:
        git(measured.forge, "branch", name, root)
    git(measured.forge, "branch", "--delete", "--force", LEDGER)
    with pytest.raises(RepositoryError) as caught:
        measured.clone("cleo", "fresh").workspace()
    assert all(name in caught.value.message for name in names)


@pytest.mark.parametrize("at", [LAST, "2026-11-20T12:05:01Z"])
def test_record_drives_no_time_when_its_commit_does_not_bear_it_out(measured: World, at: str) -> None:
    push(measured, replace(decided(measured.ben, Pause(PACKET, "wait")), at=at))
    assert measured.faults() == {"GOV-AUD-010"}
    there = measured.ben.workspace()
    assert there.state.packets[PACKET].paused_by is None
    assert measured.ben.done(CANARY).records[0].at == NOON
    assert measured.faults() == {"GOV-AUD-010"}


def test_record_is_void_when_it_happened_after_it_was_recorded(measured: World) -> None:
    measured.ben.at("2026-11-20T10:00:00Z").done(CANARY)
    forgery = replace(decided(measured.ben, Rollback(PACKET, "operator-judgement")), serving=True)
    push(measured, replace(forgery, twist=lambda record: replace(record, happened_at=LAST)))
    assert "GOV-AUD-022" in measured.faults()
    assert measured.ben.workspace().state.packets[PACKET].phase == "canary"


def test_clock_stays_when_a_commit_of_documents_lies_in_the_future(measured: World) -> None:
    there = measured.clone("ana", "editor").directory
    (there / "note.md").write_text("hello")
    commit_at(there, "2030-01-01T00:00:00Z", "Add a note")
    git(there, "push", "--quiet", "origin", "HEAD:main")
    assert measured.ben.done(CANARY).records[0].at == "2026-11-20T12:05:00Z"
    assert measured.faults() == set()


def test_mended_ledger_is_no_rewriting_when_the_broken_one_was_audited(measured: World) -> None:
    assert measured.cleo.audited() == []
    good = measured.tip()
    tamper(measured, lambda there: (there / "README.md").write_text("hello") and None)
    assert measured.cleo.audited() == ["GOV-AUD-004"]
    assert git(measured.cleo.directory, "rev-parse", f"{SEEN}{LEDGER}") == good
    git(measured.forge, "update-ref", f"refs/heads/{LEDGER}", good)
    assert measured.cleo.audited() == []


def test_command_is_refused_when_its_record_is_too_large(measured: World) -> None:
    tip = measured.tip()
    with pytest.raises(RefusedError) as caught:
        measured.ben.do(Pause(PACKET, "wait " * 20_000))
    assert "65536 are allowed" in caught.value.message
    assert "`reason` of packet_paused/1" in caught.value.notes[0]
    assert measured.tip() == tip
