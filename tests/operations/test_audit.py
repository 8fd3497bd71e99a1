"""What an audit says about an honest ledger, and about one that is not whole in this clone."""

import pytest

from govern.domain.rollout.rehearsing import HoldRehearsal
from govern.errors import ExitCode, RepositoryError
from govern.operations.audit import audit
from govern.report.audit import audit_answer
from operations.forging import tamper
from operations.worlds import CANARY, LEDGER, PACKET, World, stopped
from workspaces import Clone, be, git

FACT = HoldRehearsal(PACKET, same=True, seconds=1.0)


def shallow(world: World, *words: str) -> Clone:
    """A clone without the history of main, as a pipeline makes it."""
    git(world.folder, "clone", "--quiet", "--depth=1", *words, f"file://{world.forge}", "shallow")
    be(world.folder / "shallow", "ben")
    return Clone(world.folder / "shallow", "ben", now="2026-11-20T12:00:00Z", clock="real")


def asked(clone: Clone) -> tuple[set[str], ExitCode, str, str | None]:
    """Codes, exit, verdict and the last line of `govern audit`."""
    there = clone.workspace(judge=False)
    audited = audit(there)
    answer = audit_answer(there.state, audited, there.tip or "")
    return {f.code for f in audited.findings}, answer.exit, answer.verdict or "", answer.lines[-1]


def test_nothing_is_found_when_every_command_was_honest(measured: World) -> None:
    measured.ben.done(CANARY)
    audited = audit(measured.auditor().workspace(judge=False))
    assert audited.findings == []
    assert audited.main_here
    assert len(audited.again) == 5
    assert all(not judged.fault for judged in audited.again.values())


def test_answer_is_the_same_when_it_was_judged_before(measured: World) -> None:
    """The cache of a clone saves time and decides nothing: without it, or with a spoilt one, all is as it was."""
    state = measured.ben.workspace().state
    kept = measured.ben.directory / f".git/govern/judged-{LEDGER}.json"
    for spoilt in (b"", b"{}", b'{"seen": 3, "void": []}', b"\xff", kept.read_bytes()):
        kept.write_bytes(spoilt)
        assert measured.ben.workspace().state == state
    assert measured.ben.audited() == []


def test_audit_cannot_say_when_main_is_shallow(measured: World) -> None:
    measured.edit({"governance/cohorts.yaml": (("Everyone", "All"),)}, "2026-11-20T09:40:00Z")
    clone = shallow(measured)
    codes, exit_code, verdict, last = asked(clone)
    assert (codes, exit_code, verdict) == ({"GOV-AUD-019"}, ExitCode.NO, "inconclusive")
    assert "CANNOT SAY" in last
    assert clone.done(CANARY).word == "PUBLISHED"  # writing needs the tip of main alone


def test_attack_is_found_when_main_is_shallow(measured: World) -> None:
    tamper(measured, lambda there: (there / f"records/packets/{PACKET}/0001.yaml").unlink())
    measured.edit({"governance/cohorts.yaml": (("Everyone", "All"),)}, "2026-11-20T09:40:00Z")
    codes, exit_code, verdict, _ = asked(shallow(measured))
    assert (codes, exit_code, verdict) == ({"GOV-AUD-002", "GOV-AUD-019"}, ExitCode.NO, "failed")


def test_nothing_is_said_when_the_ledger_itself_is_shallow(measured: World) -> None:
    clone = shallow(measured, "--no-single-branch")
    with pytest.raises(RepositoryError, match="only the end of the ledger") as caught:
        asked(clone)
    assert caught.value.type_line == "git fetch --unshallow origin"
    assert stopped(clone, FACT).exit == ExitCode.COULD_NOT
    git(clone.directory, "fetch", "--quiet", "--unshallow", "origin")
    assert clone.done(FACT).word == "PUBLISHED"
    assert clone.audited() == []


def test_audit_cannot_say_when_main_was_never_fetched(measured: World) -> None:
    git(measured.folder, "init", "--quiet", "other")
    there = measured.folder / "other"
    git(there, "fetch", "--quiet", str(measured.forge), f"{LEDGER}:{LEDGER}")
    be(there, "ben")
    codes, exit_code, verdict, last = asked(Clone(there, now="2026-11-20T12:00:00Z", clock="real"))
    assert (codes, exit_code, verdict) == ({"GOV-AUD-019"}, ExitCode.NO, "inconclusive")
    assert "CANNOT SAY" in last
