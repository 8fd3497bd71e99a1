"""Reading a ledger, and each fault of structure under its own code."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from govern.domain.document import digest_of
from govern.domain.records import Record
from govern.ledger.append import commit, keep
from govern.ledger.faults import CODES, Fault
from govern.ledger.history import History, check_inputs, read_history, read_input
from govern.ledger.repository import Repository
from ledger.world import LEDGER, MARA, WHEN, append, files_of, git, next_record, write


def codes(history: History) -> set[str]:
    return {finding.code for finding in history.all_findings}


def put(repository: Repository, files: dict[str, bytes]) -> str:
    """A commit at the tip of the ledger that no command would make."""
    base = repository.local_tip(LEDGER)
    oid = commit(repository, base, files, "by hand", MARA, WHEN)
    assert keep(repository, oid, base).outcome == "local"
    return oid


def put_record(repository: Repository, stream: str = "packets/p", **changes: Any) -> str:
    chain = read_history(repository, repository.local_tip(LEDGER)).chain
    record = next_record(chain, stream, **({"command": "feed"} | changes))
    return put(repository, files_of(record))


@pytest.fixture
def ledger(alone: Repository) -> Repository:
    """Three commands in two streams."""
    for command, stream in (("one", "packets/p"), ("two", "packets/q"), ("three", "packets/p")):
        append(alone, command, stream)
    return alone


def test_history_is_empty_when_there_is_no_ledger(alone: Repository) -> None:
    history = read_history(alone, None)
    assert (history.tip, history.commits, history.chain.n) == (None, (), 0)


def test_history_gives_records_in_order_when_the_ledger_is_sound(ledger: Repository) -> None:
    history = read_history(ledger, ledger.local_tip(LEDGER))
    assert history.all_findings == ()
    assert [record.name for record in history.records] == ["packets/p#1", "packets/q#1", "packets/p#2"]
    assert [record.n for record in history.records] == [1, 2, 3]
    first = history.commits[0]
    assert first.records[0].digest == history.chain.ledger
    assert first.parents == ()
    assert first.committer_time == WHEN
    assert len(first.added) == 2  # the record and one input
    assert history.chain.tips.keys() == {"packets/p", "packets/q"}
    assert read_input(ledger, history, digest_of(b"read")) == b"read"
    assert read_input(ledger, history, digest_of(b"other")) is None


def test_history_goes_on_when_an_earlier_reading_is_given(ledger: Repository) -> None:
    earlier = read_history(ledger, ledger.local_tip(LEDGER))
    append(ledger, "four")
    tip = ledger.local_tip(LEDGER)
    assert read_history(ledger, tip, since=earlier) == read_history(ledger, tip)
    assert read_history(ledger, earlier.tip, since=earlier) == earlier


def test_history_is_read_anew_when_the_earlier_reading_is_no_ancestor(ledger: Repository) -> None:
    later = read_history(ledger, ledger.local_tip(LEDGER))
    first = later.commits[0].oid
    assert read_history(ledger, first, since=later) == read_history(ledger, first)


def test_serving_files_may_change_when_a_binding_changes(ledger: Repository) -> None:
    put(ledger, {"serving/bindings.json": b"{}"})
    put(ledger, {"serving/bindings.json": b'{"flags":{}}'})
    history = read_history(ledger, ledger.local_tip(LEDGER))
    assert history.all_findings == ()
    assert history.commits[-1].edited.keys() == {"serving/bindings.json"}


def test_records_of_one_command_fit_when_they_are_in_one_commit(ledger: Repository) -> None:
    chain = read_history(ledger, ledger.local_tip(LEDGER)).chain
    lead = next_record(chain, "packets/q", "feed")
    second = next_record(chain, "surfaces/s", "feed", n=lead.n + 1, asked=None, documents=None)
    put(ledger, files_of(second, lead))
    history = read_history(ledger, ledger.local_tip(LEDGER))
    assert history.all_findings == ()
    assert [record.n for record in history.commits[-1].records] == [4, 5]


BY_PUTTING: dict[str, tuple[dict[str, bytes], str]] = {
    "a record edited": ({"records/packets/p/0001.yaml": b"x"}, Fault.EDITED),
    "an input edited": ({f"inputs/{digest_of(b'read')[7:9]}/{digest_of(b'read')[7:]}": b"x"}, Fault.EDITED),
    "a foreign file": ({"README.md": b"x"}, Fault.FOREIGN_PATH),
    "a foreign record": ({"records/packets/P/0001.yaml": b"x"}, Fault.FOREIGN_PATH),
    "a flat input": ({"inputs/" + "0" * 64: b"x"}, Fault.FOREIGN_PATH),
    "no record at all": ({"records/packets/z/0001.yaml": b"hello\n"}, Fault.CANONICAL_FORM),
    "an empty record": ({"records/packets/z/0001.yaml": b""}, Fault.CANONICAL_FORM),
}


@pytest.mark.parametrize(("files", "code"), BY_PUTTING.values(), ids=BY_PUTTING.keys())
def test_history_finds_the_fault_when_bytes_are_put_by_hand(
    ledger: Repository, files: dict[str, bytes], code: str
) -> None:
    put(ledger, files)
    assert codes(read_history(ledger, ledger.local_tip(LEDGER))) == {code}


BY_RECORD: dict[str, dict[str, Any]] = {
    "n left out": {"n": 5},
    "n again": {"n": 3},
    "seq left out": {"seq": 4},
    "other prev": {"prev": digest_of(b"other")},
    "no prev": {"prev": None},
    "other ledger": {"ledger": digest_of(b"other")},
    "no ledger": {"ledger": None},
    "command used before": {"command": "two"},
    "lead without asked": {"asked": None},
    "lead without documents": {"documents": None},
}


@pytest.mark.parametrize("changes", BY_RECORD.values(), ids=BY_RECORD.keys())
def test_history_finds_the_chain_broken_when_a_record_does_not_continue_it(
    ledger: Repository, changes: dict[str, Any]
) -> None:
    oid = put_record(ledger, **changes)
    history = read_history(ledger, ledger.local_tip(LEDGER))
    assert codes(history) == {Fault.CHAIN}
    assert history.findings.keys() == {oid}


FOLLOWER: dict[str, Callable[[Record], Record]] = {
    "of another command": lambda record: replace(record, command="beef"),
    "with asked": lambda record: replace(record, asked={"do": "test"}),
    "with documents": lambda record: replace(record, documents={}),
    "with the same n": lambda record: replace(record, n=record.n - 1),
}


@pytest.mark.parametrize("change", FOLLOWER.values(), ids=FOLLOWER.keys())
def test_history_finds_the_chain_broken_when_a_second_record_does_not_fit(
    ledger: Repository, change: Callable[[Record], Record]
) -> None:
    chain = read_history(ledger, ledger.local_tip(LEDGER)).chain
    lead = next_record(chain, "packets/q", "feed")
    second = next_record(chain, "surfaces/s", "feed", n=lead.n + 1, asked=None, documents=None)
    put(ledger, files_of(lead, change(second)))
    assert codes(read_history(ledger, ledger.local_tip(LEDGER))) == {Fault.CHAIN}


def test_history_finds_the_place_wrong_when_a_record_is_filed_elsewhere(ledger: Repository) -> None:
    chain = read_history(ledger, ledger.local_tip(LEDGER)).chain
    (data,) = files_of(next_record(chain, "packets/q", "feed")).values()
    put(ledger, {"records/packets/r/0001.yaml": data})
    assert codes(read_history(ledger, ledger.local_tip(LEDGER))) == {Fault.CHAIN}


@pytest.fixture
def checked_out(ledger: Repository, tmp_path: Path) -> Path:
    """The ledger in a working tree, where people can do what they should not."""
    assert ledger.root is not None
    git(ledger.root, "worktree", "add", "--quiet", str(tmp_path / "ledger"), LEDGER)
    return tmp_path / "ledger"


def merge_main(folder: Path) -> None:
    git(folder, "merge", "--quiet", "--allow-unrelated-histories", "--message=merge", "main")


def merge_side(folder: Path) -> None:
    git(folder, "switch", "--quiet", "--create", "side", "HEAD^")
    write(folder / "serving/flags.json", "{}")
    git(folder, "add", "--all")
    git(folder, "commit", "--quiet", "--message=side")
    git(folder, "switch", "--quiet", LEDGER)
    git(folder, "merge", "--quiet", "--no-ff", "--message=merge", "side")


def remove(folder: Path) -> None:
    git(folder, "rm", "--quiet", "records/packets/p/0002.yaml")
    git(folder, "commit", "--quiet", "--message=x")


def revert(folder: Path) -> None:
    git(folder, "revert", "--no-edit", "HEAD")


def rename(folder: Path) -> None:
    git(folder, "mv", "records/packets/p", "records/packets/r")
    git(folder, "commit", "--quiet", "--message=x")


def make_executable(folder: Path) -> None:
    git(folder, "update-index", "--chmod=+x", "records/packets/p/0001.yaml")
    git(folder, "commit", "--quiet", "--message=x")


def make_link(folder: Path) -> None:
    (folder / "serving").mkdir()
    (folder / "serving/bindings.json").symlink_to("/etc/passwd")
    git(folder, "add", "--all")
    git(folder, "commit", "--quiet", "--message=x")


def edit_and_restore(folder: Path) -> None:
    path = folder / "records/packets/p/0001.yaml"
    text = path.read_text()
    for new in (text.replace("mara", "evil"), text):
        path.write_text(new)
        git(folder, "commit", "--quiet", "--all", "--message=x")


BY_GIT: dict[str, tuple[Callable[[Path], None], set[str]]] = {
    "removed": (remove, {Fault.REMOVED}),
    "reverted": (revert, {Fault.REMOVED}),
    "renamed": (rename, {Fault.REMOVED, Fault.CHAIN}),
    "edited and restored": (edit_and_restore, {Fault.EDITED}),
    "executable": (make_executable, {Fault.FOREIGN_PATH}),
    "linked": (make_link, {Fault.FOREIGN_PATH}),
    "main merged in": (merge_main, {Fault.NOT_LINEAR, Fault.FOREIGN_PATH}),
    "side branch merged": (merge_side, {Fault.NOT_LINEAR}),
}


@pytest.mark.parametrize(("act", "expected"), BY_GIT.values(), ids=BY_GIT.keys())
def test_history_finds_the_fault_when_people_use_git_on_the_ledger(
    ledger: Repository, checked_out: Path, act: Callable[[Path], None], expected: set[str]
) -> None:
    act(checked_out)
    assert codes(read_history(ledger, ledger.local_tip(LEDGER))) == expected


def test_inputs_are_found_forged_and_missing_when_they_are(ledger: Repository) -> None:
    forged, missing = digest_of(b"forged"), digest_of(b"missing")
    put(ledger, {f"inputs/{forged[7:9]}/{forged[7:]}": b"something else"})
    history = read_history(ledger, ledger.local_tip(LEDGER))
    assert history.all_findings == ()
    assert read_input(ledger, history, forged) is None
    here = digest_of(b"read")
    found = check_inputs(ledger, history, lambda record: (here, missing) if record.n == 2 else (here,))
    assert [finding.code for finding in found] == [Fault.INPUT_FORGED, Fault.INPUT_MISSING]
    assert found[0].path == f"inputs/{forged[7:9]}/{forged[7:]}"
    assert "packets/q#1" in found[1].message


def test_an_input_counts_as_missing_when_it_came_later(ledger: Repository) -> None:
    late = digest_of(b"late")
    put(ledger, {f"inputs/{late[7:9]}/{late[7:]}": b"late"})
    history = read_history(ledger, ledger.local_tip(LEDGER))
    found = check_inputs(ledger, history, lambda record: (late,) if record.n == 3 else ())
    assert [finding.code for finding in found] == [Fault.INPUT_MISSING]


def test_every_fault_is_explained_when_somebody_asks() -> None:
    assert CODES.keys() == set(Fault)
    assert all(len(row) == 3 and all(row) for row in CODES.values())
