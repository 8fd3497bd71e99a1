"""One command at a time against rivals at every step: what was asked stays what is asked."""

import pytest

from govern.domain.decision import Accepted, Refused
from govern.domain.rollout.advance import Advance
from govern.domain.rollout.pause import Pause
from govern.domain.rollout.rehearsing import HoldRehearsal
from govern.errors import ExitCode, RefusedError
from govern.ledger.append import COMMIT_STEPS, PUBLISH_STEPS
from govern.operations.decide import Outcome, run
from operations.worlds import CANARY, LEDGER, PACKET, SHADOW, World, standing
from workspaces import git

FACT = HoldRehearsal(PACKET, same=True, seconds=1.0)
BEFORE_THE_PUSH = (*COMMIT_STEPS, PUBLISH_STEPS[0])
AFTER_THE_PUSH = PUBLISH_STEPS[1:]


def refused(outcome: Outcome) -> Refused:
    assert isinstance(outcome.decision, Refused)
    assert outcome.oid is None
    return outcome.decision


@pytest.mark.parametrize("step", BEFORE_THE_PUSH)
def test_border_is_passed_once_when_a_rival_slips_in(opened: World, step: str) -> None:
    """Neither of them types --to: the loser's retry must not walk on to the next border."""
    line = Advance(PACKET, rehearsal={"same": True, "seconds": 0.1})
    cleo = opened.cleo.at("2026-11-20T09:10:00Z")
    lost = refused(opened.ben.do(line, fault=once(step, lambda: cleo.done(line))))
    assert lost.exit == ExitCode.NO
    assert lost.reasons == (
        f"{PACKET} is in shadow already: cleo advanced it at 2026-11-20T09:10:00Z (packets/{PACKET}#1)",
    )
    assert opened.ben.workspace().state.packets[PACKET].phase == "shadow"
    assert opened.faults() == set()


@pytest.mark.parametrize("step", AFTER_THE_PUSH)
def test_border_is_passed_once_when_a_rival_comes_too_late(opened: World, step: str) -> None:
    told: list[Refused] = []
    won = opened.ben.do(SHADOW, fault=once(step, lambda: told.append(refused(opened.cleo.do(SHADOW)))))
    assert isinstance(won.decision, Accepted)
    assert told[0].reasons[0].startswith(f"{PACKET} is in shadow already: ben advanced it at")
    assert opened.faults() == set()


def test_second_line_is_refused_when_the_same_is_typed_twice(opened: World) -> None:
    opened.ben.done(SHADOW)
    again = refused(opened.ben.do(SHADOW))
    assert again.exit == ExitCode.NO
    assert "is in shadow already: ben advanced it" in again.reasons[0]
    assert opened.ben.workspace().history.chain.n == opened.ana.workspace().history.chain.n


@pytest.mark.parametrize("step", BEFORE_THE_PUSH)
def test_command_is_decided_again_when_a_fact_slips_in(measured: World, step: str) -> None:
    outcome = measured.ben.do(CANARY, fault=once(step, lambda: measured.cleo.done(FACT)))
    assert isinstance(outcome.decision, Accepted)
    assert (outcome.tries, outcome.word) == (2, "PUBLISHED")
    events = [record.event for record in measured.ana.workspace().history.records][-4:]
    assert events == ["rehearsal_held/1", "baseline_verified/1", "phase_advanced/1", "binding_changed/1"]
    assert measured.faults() == set()


def test_command_is_refused_when_the_verdict_changed_meanwhile(measured: World) -> None:
    pause = Pause(PACKET, "numbers look odd")
    lost = refused(measured.ben.do(CANARY, fault=once(BEFORE_THE_PUSH[1], lambda: measured.cleo.done(pause))))
    assert "is paused" in lost.reasons[0]
    assert lost.type_line == f"govern packet resume {PACKET}"


def test_nothing_is_recorded_when_the_run_is_dry(measured: World) -> None:
    before, tip = standing(measured.ben), measured.tip()
    outcome = run(measured.ben.context, lambda _: CANARY, dry_run=True)
    assert isinstance(outcome.decision, Accepted)
    assert [record.event for record in outcome.records] == ["phase_advanced/1", "binding_changed/1"]
    assert (outcome.oid, outcome.word) == (None, "")
    assert (standing(measured.ben), measured.tip()) == (before, tip)


def test_nothing_is_recorded_when_the_answer_is_no(measured: World) -> None:
    tip = measured.tip()
    with pytest.raises(RefusedError, match="the answer was no"):
        run(measured.ben.context, lambda _: CANARY, confirm=lambda _there, _decision: False)
    assert measured.tip() == tip


def test_local_ledger_follows_when_a_command_is_published(measured: World) -> None:
    outcome = measured.ben.done(CANARY)
    refs = [LEDGER, f"refs/govern/remote/{LEDGER}", f"refs/govern/seen/{LEDGER}"]
    assert {git(measured.ben.directory, "rev-parse", ref) for ref in refs} == {outcome.oid}
    assert measured.tip() == outcome.oid


def once(step: str, act: object) -> object:
    """A fault that acts when the step has been done for the first time."""
    acts = [act]

    def fault(done: str) -> None:
        if done == step and acts:
            acts.pop()()  # type: ignore[operator]

    return fault
