"""What somebody with the right to push could do to the ledger by hand: each is found by its own code, and what the
rules would have refused has no effect on anyone."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from govern.domain.binding import current, datafile
from govern.domain.document import canonical, digest_of
from govern.domain.policy import policy_of, view_of
from govern.domain.records import Event, Record
from govern.domain.rollback.execution import Rollback
from govern.domain.rollout.rehearsing import HoldRehearsal
from govern.errors import ExitCode, GovernError
from govern.operations.asking import rehearse_packet
from govern.operations.stamping import bytes_of_bindings
from govern.operations.status import status_of
from operations.forging import Forgery, decided, push, push_files, tamper, ungated
from operations.worlds import CANARY, LEDGER, PACKET, SHADOW, World, commit_at, copied, found, stopped
from workspaces import git

STREAM = f"packets/{PACKET}"
FACT = HoldRehearsal(PACKET, same=True, seconds=1.0)
PACKET_FILE = f"governance/packets/{PACKET}.yaml"
LATER = "2026-11-20T18:00:00Z"


# Attacks on the bytes of the ledger. Each acts on a checkout of the branch.


def edit(there: Path) -> None:
    record = there / f"records/{STREAM}/0001.yaml"
    record.write_text(record.read_text().replace('"ben"', '"cleo"'))


def edit_and_restore(there: Path) -> None:
    record = there / f"records/{STREAM}/0001.yaml"
    before = record.read_bytes()
    edit(there)
    git(there, "commit", "--quiet", "--all", "--message=one")
    record.write_bytes(before)


def remove(there: Path) -> None:
    (there / f"records/{STREAM}/0002.yaml").unlink()


def swap(there: Path) -> None:
    one, two = (there / f"records/{STREAM}/{seq:04d}.yaml" for seq in (3, 4))
    first, second = one.read_bytes(), two.read_bytes()
    one.write_bytes(second)
    two.write_bytes(first)


def merge(there: Path) -> None:
    words = ("commit-tree", "HEAD^{tree}", "-p", "HEAD", "-p", "HEAD^", "-m", "merge")
    git(there, "reset", "--hard", "--quiet", git(there, *words))


def foreign(there: Path) -> None:
    (there / "README.md").write_text("hello")


def link(there: Path) -> None:
    (there / "inputs/00").mkdir(parents=True, exist_ok=True)
    (there / f"inputs/00/{'0' * 64}").symlink_to("/etc/passwd")


def forged_input(there: Path) -> None:
    (there / "inputs/00").mkdir(parents=True, exist_ok=True)
    (there / f"inputs/00/{'0' * 64}").write_text("not what the name says")


def hand_written(there: Path) -> None:
    (there / f"records/{STREAM}/0005.yaml").write_text("kind: record/v1\n")


def revert(there: Path) -> None:
    git(there, "revert", "--no-edit", "HEAD")


BYTES = {
    "a record edited": (edit, "GOV-AUD-003"),
    "a record edited and restored": (edit_and_restore, "GOV-AUD-003"),
    "a record removed": (remove, "GOV-AUD-002"),
    "two records swapped": (swap, "GOV-AUD-003"),
    "the last command reverted": (revert, "GOV-AUD-002"),
    "a merge": (merge, "GOV-AUD-001"),
    "a foreign path": (foreign, "GOV-AUD-004"),
    "a symbolic link": (link, "GOV-AUD-004"),
    "a record written by hand": (hand_written, "GOV-AUD-006"),
}


@pytest.mark.parametrize(("act", "code"), BYTES.values(), ids=BYTES.keys())
def test_writers_are_stopped_when_the_ledger_is_broken(
    measured: World, act: Callable[[Path], None], code: str
) -> None:
    tamper(measured, act)
    tip = measured.tip()
    assert measured.faults() == {code}
    error = stopped(measured.ben, FACT)
    assert (error.exit, error.type_line) == (ExitCode.COULD_NOT, "govern audit")
    assert error.message.startswith("the ledger is broken: ")
    assert measured.tip() == tip
    there = measured.cleo.workspace()
    assert there.state.packets[PACKET].phase == "shadow"  # as it was before
    assert any("broken" in note for note in status_of(there).notes)


def test_nothing_counts_that_was_recorded_when_the_ledger_was_broken(measured: World) -> None:
    """An older program, or an attacker, goes on after the fault: even what the rules allow has no effect."""
    advance = replace(decided(measured.ben, CANARY), serving=True)
    tamper(measured, remove)
    push(measured, advance)
    assert measured.faults() == {"GOV-AUD-002"}
    for clone in (measured.ben, measured.auditor()):
        assert clone.workspace().state.packets[PACKET].phase == "shadow"


QUIET = {"an input forged": (forged_input, "GOV-AUD-007")}


@pytest.mark.parametrize(("act", "code"), QUIET.values(), ids=QUIET.keys())
def test_work_goes_on_when_a_loose_byte_was_added(
    measured: World, act: Callable[[Path], None], code: str
) -> None:
    tamper(measured, act)
    measured.ben.done(FACT)
    assert measured.faults() == {code}


@pytest.mark.parametrize("path", ["serving/bindings.json", "serving/flags.json"])
def test_serving_file_is_found_when_it_was_altered(measured: World, path: str) -> None:
    push_files(measured, {path: b'{"surfaces":{"chat":{"default":"chat-b2"}}}\n'})
    assert measured.faults() == {"GOV-AUD-021"}
    measured.ben.done(CANARY)
    assert measured.faults() == {"GOV-AUD-021"}  # the next binding writes the true one again
    there = measured.ben.workspace()
    served = there.repository.tree(there.tip or "").read("serving/bindings.json")
    assert served == bytes_of_bindings(datafile(there.state))


# Records made by hand: chained, canonical, pushed; only their content is wrong.


def stranger(world: World) -> Forgery:
    return ungated(world, actor="mallory")


def claimed(world: World) -> Forgery:
    return replace(decided(world.ben, Rollback(PACKET, "operator-judgement")), claimed=True)


def no_role(world: World) -> Forgery:
    """cleo may approve, and may not roll back."""
    return replace(decided(world.ben, Rollback(PACKET, "operator-judgement")), actor="cleo")


def more_percent(world: World) -> Forgery:
    """A sound advance, and everybody on next instead of 5 percent."""

    def twist(record: Record) -> Record:
        if record.event != "binding_changed/1":
            return record
        moves = [{**move, "percent": 100} for move in record.body["moves"]]
        return replace(record, body={**record.body, "moves": moves})

    return replace(decided(world.ben, CANARY), twist=twist)


def other_policy(world: World) -> Forgery:
    stamp = {"epoch": 2, "digest": digest_of(b"looser"), "rules": 1}
    return replace(decided(world.ben, CANARY), policy=stamp)


def other_rules(world: World) -> Forgery:
    """Rules that nobody ships are inconclusive, and nobody may choose them for a record."""
    stamp = {**world.ben.workspace().state.in_force.stamp, "rules": 99}
    return ungated(world, policy=stamp)


def missing_document(world: World) -> Forgery:
    """It names documents that nobody has: what cannot be decided again has no effect."""
    names = {"governance/cohorts.yaml": digest_of(b"nobody has this")}
    return replace(decided(world.ben, CANARY), documents=names)


def missing_table(world: World) -> Forgery:
    out = {"listed": digest_of(b"nobody has this"), "rows": 1_000}

    def twist(record: Record) -> Record:
        return replace(record, body={**record.body, "moves": out}) if "moves" in record.body else record

    return replace(decided(world.ben, CANARY), twist=twist)


def no_body(world: World) -> Forgery:
    return replace(decided(world.ben, CANARY), twist=lambda record: replace(record, body={}))


def odd_asked(world: World) -> Forgery:
    def twist(record: Record) -> Record:
        return replace(record, asked={"do": "advance", "packet": ["x"]}) if record.asked else record

    return replace(decided(world.ben, CANARY), twist=twist)


def unknown_command(world: World) -> Forgery:
    def twist(record: Record) -> Record:
        return replace(record, asked={"do": "seize"}) if record.asked else record

    return replace(decided(world.ben, CANARY), twist=twist)


def unknown_event(world: World) -> Forgery:
    return replace(decided(world.ben, CANARY), twist=lambda record: replace(record, event="throne_seized/1"))


def second_time(world: World) -> Forgery:
    """Only the second record of the command claims another time."""

    def twist(record: Record) -> Record:
        return replace(record, at=LATER) if record.asked is None else record

    return replace(decided(world.ben, CANARY), twist=twist)


def policy_without_quorum(world: World) -> Forgery:
    there = world.ana.workspace()
    document = there.documents().get("workspace", "main")
    assert document is not None
    value = dict(document.value)
    value["policy"] = {
        **value["policy"],
        "epoch": 2,
        "approvals": dict.fromkeys(value["policy"]["approvals"], 0),
    }
    value["policy"]["approvals"]["valid"] = "P7D"
    new = policy_of(view_of(value))
    body = {"policy": new.stamp, "from": there.state.in_force.digest, "view": new.view, "approvals": []}
    data = canonical(value)  # JSON is YAML; these bytes never were on main
    return Forgery(
        (Event("workspace/main", "policy_changed/1", body),),
        {"do": "adopt-policy", "digest": new.digest},
        {"governance/govern.yaml": digest_of(data)},
        {digest_of(data): data},
        actor="ana",
    )


def with_its_serving_file(world: World) -> Forgery:
    return ungated(world, serving=True)


UNGATED = (ungated, with_its_serving_file, stranger, other_rules)
VOID: dict[str, tuple[Callable[[World], Forgery], set[str]]] = {
    "gates never asked": (ungated, {"GOV-AUD-016"}),
    "gates never asked, and served": (with_its_serving_file, {"GOV-AUD-016", "GOV-AUD-021"}),
    "an actor whom the policy does not know": (stranger, {"GOV-AUD-022"}),
    "another body than decided": (more_percent, {"GOV-AUD-017"}),
    "a policy that is not in force": (other_policy, {"GOV-AUD-015"}),
    "rules that nobody ships": (other_rules, {"GOV-AUD-015"}),
    "a document that nobody has": (missing_document, {"GOV-AUD-008", "GOV-AUD-012"}),
    "a table that nobody has": (missing_table, {"GOV-AUD-008"}),
    "no body at all": (no_body, {"GOV-AUD-022"}),
    "asked in a form that no command has": (odd_asked, {"GOV-AUD-022"}),
    "a command that nobody knows": (unknown_command, {"GOV-AUD-022"}),
    "an event that nobody knows": (unknown_event, {"GOV-AUD-022"}),
    "two times in one command": (second_time, {"GOV-AUD-022"}),
    "a policy without its quorum": (policy_without_quorum, {"GOV-AUD-012", "GOV-AUD-016"}),
}


@pytest.mark.parametrize(("make", "codes"), VOID.values(), ids=VOID.keys())
def test_record_has_no_effect_when_the_rules_would_refuse_it(
    made: dict[str, Path], tmp_path: Path, make: Callable[[World], Forgery], codes: set[str]
) -> None:
    world = copied(made["shadow" if make in UNGATED else "measured"], tmp_path)
    before = world.ben.workspace().state
    push(world, make(world))
    assert world.faults() == codes
    for there in (world.ben.workspace(), world.auditor().workspace()):
        assert len(there.state.void) == 1
        assert there.state.packets[PACKET].phase == "shadow"
        assert current(there.state.surfaces["chat"], "public").to.baseline == "chat-b1"
        assert there.state.in_force == before.in_force
        assert any("void" in note for note in status_of(there).notes)


def test_work_goes_on_when_a_void_record_stands_before_it(measured: World) -> None:
    push(measured, other_policy(measured))
    push(measured, no_body(measured))
    measured.ben.at(LATER).done(CANARY)
    assert measured.ben.workspace().state.packets[PACKET].phase == "canary"
    assert measured.faults() == {"GOV-AUD-015", "GOV-AUD-022"}


@pytest.mark.parametrize("make", [claimed, no_role], ids=["claimed", "without the role"])
def test_rollback_has_no_effect_when_its_actor_may_not(
    measured: World, make: Callable[[World], Forgery]
) -> None:
    measured.ben.done(CANARY)
    push(measured, make(measured))
    assert measured.faults() == {"GOV-AUD-022"}
    state = measured.ben.workspace().state
    assert state.packets[PACKET].on_next == ("public",)
    assert current(state.surfaces["chat"], "public").to.baseline == "chat-b2"


def test_rehearsal_sees_the_true_state_when_a_void_record_stands_before_it(shadow: World) -> None:
    push(shadow, ungated(shadow))
    rehearsed = rehearse_packet(shadow.ben.workspace(), PACKET)
    assert (rehearsed.same, rehearsed.cohorts) == (True, ("public",))


# Records that the rules allow, decided on what was not there or at another time: a finding, to be acknowledged.


def unmerged(world: World, when: str = "2026-11-20T08:30:00Z") -> str:
    """A commit on a feature branch of the forge, with a packet that asks for less."""
    there = world.clone("ana", "feature").directory
    git(there, "switch", "--quiet", "--create", "feature")
    text = (there / PACKET_FILE).read_text()
    (there / PACKET_FILE).write_text(text.replace("percent: 5", "percent: 100"))
    commit_at(there, when, "Ask for less")
    git(there, "push", "--quiet", "origin", "feature")
    commit = git(there, "rev-parse", "HEAD")
    for clone in (world.ben, world.clone("ben", "attacker"), world.auditor()):
        git(clone.directory, "fetch", "--quiet", "origin", "feature")
    return commit


def on_a_branch(world: World) -> Forgery:
    """Decided on a commit that was never merged, and says so."""
    return decided(world.ben, SHADOW, main=unmerged(world))


def on_other_bytes(world: World) -> Forgery:
    """Decided on bytes that never were on main, and names a commit that was."""
    main = git(world.forge, "rev-parse", "main")
    return replace(decided(world.ben, SHADOW, main=unmerged(world)), main=main)


def on_an_in_between_commit(world: World) -> Forgery:
    """A pull request of two commits, rebased on main: the first lowers the bar, the second puts it back."""
    lowered = world.edit({PACKET_FILE: (("percent: 5", "percent: 100"),)}, "2026-11-20T09:10:00Z")
    world.edit({PACKET_FILE: (("percent: 100", "percent: 5"),)}, "2026-11-20T09:10:00Z")
    return decided(world.ben, SHADOW, main=lowered)


def on_a_stale_main(world: World) -> Forgery:
    """The bar was raised at ten past nine; at noon somebody still decides on what was there before."""
    old = git(world.forge, "rev-parse", "main")
    world.edit({PACKET_FILE: (("percent: 5", "percent: 1"),)}, "2026-11-20T09:10:00Z")
    return decided(world.ben, SHADOW, main=old)


def on_an_older_main(world: World) -> Forgery:
    """Another record had read a later commit, in which nothing of what is read here changed."""
    old = git(world.forge, "rev-parse", "main")
    edits = {"governance/kpis/policy-flip-rate.yaml": (("warning: {above: 2}", "warning: {above: 1}"),)}
    world.edit(edits, "2026-11-20T09:10:00Z")
    world.cleo.at("2026-11-20T09:20:00Z").done(FACT)
    fact = decided(world.ben, FACT)
    return replace(fact, main=old)


def before_the_last_record(world: World) -> Forgery:
    world.cleo.at("2026-11-20T11:00:00Z").done(FACT)
    return replace(decided(world.ben, FACT), at="2026-11-20T10:00:00Z")


def before_its_documents(world: World) -> Forgery:
    world.edit({PACKET_FILE: (("percent: 5", "percent: 1"),)}, "2026-11-20T11:00:00Z")
    return replace(decided(world.ben, FACT), at="2026-11-20T10:00:00Z")


def in_the_future(world: World) -> Forgery:
    return replace(decided(world.ben, FACT), at="2027-06-01T00:00:00Z")


FOUND: dict[str, tuple[Callable[[World], Forgery], set[str]]] = {
    "on a branch that was never merged": (on_a_branch, {"GOV-AUD-011"}),
    "on bytes that never were on main": (on_other_bytes, {"GOV-AUD-012"}),
    "on an in-between commit of a rebase merge": (on_an_in_between_commit, {"GOV-AUD-014"}),
    "on a stale main": (on_a_stale_main, {"GOV-AUD-014"}),
    "on an older main": (on_an_older_main, {"GOV-AUD-013"}),
    "before the record before it": (before_the_last_record, {"GOV-AUD-009"}),
    "before the documents that it read": (before_its_documents, {"GOV-AUD-009"}),
    "in the future": (in_the_future, {"GOV-AUD-010"}),
}


@pytest.mark.parametrize(("make", "codes"), FOUND.values(), ids=FOUND.keys())
def test_record_is_found_when_it_read_what_was_not_there(
    opened: World, make: Callable[[World], Forgery], codes: set[str]
) -> None:
    push(opened, make(opened))
    assert opened.faults() == codes
    opened.ben.at(LATER).done(FACT)
    assert opened.faults() == codes
    assert len(found(opened.auditor())) == 1  # one mistake, one finding, also for those who come after


def test_input_is_missed_when_a_record_comes_without_it(measured: World) -> None:
    """Evidence whose table nobody has: it can never be judged, so it counts for nothing."""
    there = measured.ben.workspace()
    (record,) = [r for r in there.history.records if r.event == "evidence_recorded/1"]
    table = {"sha256": digest_of(b"nobody has this"), "rows": 1}
    body = {**record.body, "table": table, "items": table}
    event = Event(STREAM, "evidence_recorded/1", body, record.uses)
    push(measured, Forgery((event,), {"do": "record-shadow", "packet": PACKET}))
    assert measured.faults() == {"GOV-AUD-008"}
    measured.ben.done(CANARY)  # on the evidence that is there
    assert measured.faults() == {"GOV-AUD-008"}


# History itself.


def test_writers_are_stopped_when_a_command_is_used_twice(measured: World) -> None:
    first = next(iter(measured.ben.workspace().history.records)).command
    forgery = decided(measured.ben, FACT)
    push(measured, replace(forgery, twist=lambda record: replace(record, command=first)))
    assert measured.faults() == {"GOV-AUD-005"}
    assert measured.ben.workspace().state.packets[PACKET].phase == "shadow"  # the true one stands
    assert stopped(measured.ben, FACT).type_line == "govern audit"


def test_record_is_found_when_it_comes_from_another_ledger(measured: World) -> None:
    other = digest_of(b"another team's genesis")
    push(measured, replace(decided(measured.ben, FACT), twist=lambda record: replace(record, ledger=other)))
    assert measured.faults() == {"GOV-AUD-005"}


def test_commands_are_found_when_they_were_reordered(measured: World) -> None:
    """Both ends of the branch agree, its middle does not: nobody needs to remember the old tip for that."""
    before = measured.tip()

    def reorder(there: Path) -> None:
        last, before_last = (git(there, "rev-parse", f"HEAD~{back}") for back in (0, 1))
        git(there, "reset", "--hard", "--quiet", "HEAD~2")
        git(there, "cherry-pick", last, before_last)

    tamper(measured, reorder, force=True)
    assert measured.tip() != before
    assert measured.faults() >= {"GOV-AUD-005"}
    assert stopped(measured.cleo, FACT).type_line == "govern audit"


def cut_off(there: Path) -> None:
    git(there, "reset", "--hard", "--quiet", "HEAD~1")


def amend(there: Path) -> None:
    git(there, "commit", "--amend", "--quiet", "--message=nothing happened here")


@pytest.mark.parametrize("act", [cut_off, amend], ids=["cut off", "amended"])
def test_rewriting_is_found_when_the_tip_was_seen_before(
    measured: World, act: Callable[[Path], None]
) -> None:
    """Whoever wrote or audited remembers; a clone made afterwards has nothing to remember."""
    measured.ben.done(FACT)
    seen = measured.tip()
    assert measured.cleo.audited() == []
    tamper(measured, act, force=True)
    for clone in (measured.ben, measured.cleo):
        assert clone.audited() == ["GOV-AUD-018"]
        error = stopped(clone, FACT)
        assert (error.exit, error.type_line) == (ExitCode.COULD_NOT, "govern audit")
        assert seen[:12] in error.message
        assert any("broken" in note for note in status_of(clone.workspace()).notes)
    assert measured.faults() == set()
    git(measured.ben.directory, "push", "--quiet", "--force", "origin", f"refs/govern/seen/{LEDGER}:{LEDGER}")
    assert measured.ben.audited() == []
    measured.ben.done(FACT)


def test_nothing_is_read_when_the_first_record_is_not_a_genesis(measured: World) -> None:
    def behead(there: Path) -> None:
        git(there, "switch", "--quiet", "--orphan", "empty")
        (there / "records").mkdir()
        (there / "records/hello").write_text("hello")

    tamper(measured, behead, force=True)
    with pytest.raises(GovernError, match="is no ledger"):
        measured.auditor().workspace()
