"""A drill that is under way: each answer is kept, an interruption loses none, what is no answer is asked again."""

import errno
import json
import os
import shutil
import stat
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import yaml

from drilled import edited
from govern.domain.drills.steps import Step
from govern.errors import RefusedError, RepositoryError
from govern.operations.drills import keeping
from govern.operations.drills.answering import MisreadError
from govern.operations.drills.clock import Simulated
from govern.operations.drills.keeping import Kept, TakenOverError, waiting
from govern.operations.drills.session import Session
from govern.operations.drills.sitting import Drilled
from rehearsed import BEGAN, CARD, EVIDENCE, TYPED, make_team, under_way
from workspaces import EXAMPLES

OWNERS = ("mara", "jo")


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_team(tmp_path_factory.mktemp("team"))


@pytest.fixture(autouse=True)
def stands_up(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Every terminal of a test is closed at its end."""
    sat: list[Kept] = []
    take = Kept.take

    def noted(kept: Kept, *, over: bool = False) -> None:
        sat.append(kept)
        take(kept, over=over)

    monkeypatch.setattr(Kept, "take", noted)
    yield
    for kept in sat:
        kept.leave()


@pytest.fixture(scope="module")
def merged(made: Path) -> Drilled:
    """The team's card and package."""
    return under_way(made)[0]


@pytest.fixture
def drill(merged: Drilled, tmp_path: Path) -> tuple[Drilled, Simulated]:
    """They are drilled in a clone of the test's own, where nothing waits, and on its own clock."""
    clock = Simulated(BEGAN)
    return replace(merged, folder=tmp_path, clock=clock), clock


def resumed(session: Session, what: Drilled) -> Session:
    """The terminal was closed, and somebody goes on."""
    session.leave()
    return what.resume()


def put(session: Session, typed: str) -> Step:
    """One line as it is typed, the clock set by what stands in front of it."""
    step = session.next()
    assert step is not None
    when, _, rest = typed.partition(" ") if typed.startswith("@") else ("", "", typed)
    if when:
        minutes, seconds = when[1:].split(":")
        assert isinstance(session.clock, Simulated)
        session.clock.set(session.answers["started_at"], 60 * int(minutes) + int(seconds))
    session.answer(step, rest)
    return step


def example(what: Drilled) -> dict[str, Any]:
    """The answers of the example, moved to the day of the test."""
    text = (EXAMPLES / "team/answers/2026-11-18.yaml").read_text("utf-8")
    value: dict[str, Any] = yaml.safe_load(text.replace("2026-11-18T", "2026-11-20T"))
    del value["kind"], value["decisions"]["mara"]["note"]
    return value | what.bound


def test_typed_answers_are_those_of_a_file(drill: tuple[Drilled, Simulated]) -> None:
    what, _ = drill
    session = what.begin(OWNERS, force=False)
    for _, typed in TYPED:
        put(session, typed)
    assert session.next() is None
    assert session.value() == example(what)


@pytest.mark.parametrize("after", range(0, len(TYPED), 3))
def test_interrupted_anywhere_nothing_is_lost(after: int, drill: tuple[Drilled, Simulated]) -> None:
    what, _ = drill
    session = what.begin(OWNERS, force=False)
    for _, typed in TYPED[:after]:
        put(session, typed)
    session = resumed(session, what)
    for _, typed in TYPED[after:]:
        put(session, typed)
    assert session.value() == example(what)


def test_interrupted_drill_waits_until_it_is_resumed_or_dropped(drill: tuple[Drilled, Simulated]) -> None:
    what, clock = drill
    with pytest.raises(RefusedError) as none:
        what.resume()
    assert none.value.type_line == f"govern drill run {CARD}"
    session = what.begin(OWNERS, force=False)
    put(session, "@4:30")
    session.leave()
    assert waiting(what.folder) == [CARD]
    with pytest.raises(RefusedError) as waits:
        what.begin(OWNERS, force=False)
    assert waits.value.type_line == f"govern drill run {CARD} --resume"
    clock.at = "2026-11-20T14:20:00Z"
    again = what.resume()
    assert (again.elapsed, again.behind) == (20 * 60, 0), "the clock ran on"
    again.leave()
    fresh = what.begin(OWNERS, force=True)
    assert fresh.answers["started_at"] == "2026-11-20T14:20:00Z"
    fresh.end()
    assert waiting(what.folder) == []


@pytest.mark.parametrize("kind", ["card", "package"])
def test_what_has_changed_since_is_not_gone_on_with(kind: str, drill: tuple[Drilled, Simulated]) -> None:
    what, _ = drill
    what.begin(OWNERS, force=False).leave()
    other = f"sha256:{'0' * 64}"
    changed = replace(what, **{kind: replace(getattr(what, kind), digest=other)})
    with pytest.raises(RefusedError, match=f"{kind} .* has changed") as no:
        changed.resume()
    assert no.value.type_line == f"govern drill run {CARD} --force"
    assert what.resume().value()["started_at"] == BEGAN, "it waits for what it was begun with"


def test_clock_that_went_back_goes_on_from_the_last_answer(drill: tuple[Drilled, Simulated]) -> None:
    what, clock = drill
    session = what.begin(OWNERS, force=False)
    for _, typed in TYPED[:9]:
        put(session, typed)
    clock.at = "2026-11-20T14:10:00Z"
    session = resumed(session, what)
    assert (session.elapsed, session.behind) == (18 * 60 + 40, 8 * 60 + 40)
    for _, typed in TYPED[9:]:
        put(session, typed)
    assert session.value() == example(what)


SPOILT: tuple[tuple[str, Any], ...] = (
    ("", []),
    ("answers", {}),
    ("answers", []),
    ("answers.started_at", "yesterday"),
    ("answers.started_at", "2026-02-30T14:00:00Z"),
    ("answers.handoffs", []),
    ("answers.handoffs", [{"from": "support", "to": "release"}]),
    ("answers.handoffs.0", 3),
    ("answers.execution", 3),
    ("answers.execution", {"hold-tempaltes": {}}),
    ("answers.readout", {"done_at": "soon"}),
    ("answers.decisions_before", {"kim": {"decision": "keep"}}),
    ("answers.measured", {"mismatch": 1}),
    ("answers.evidence", ["a.csv"]),
    ("answers.elsewhere", 1),
    ("owners", "mara"),
    ("owners", ["mara"]),
    ("owners", ["mara", "mara"]),
    ("owners", ["mara", "jo", "kim"]),
    ("notes", []),
    ("notes", {"hold-tempaltes": "x"}),
    ("notes", {"hold-templates": 3}),
    ("evidence", [{"path": "a.csv"}]),
    ("evidence", 7),
    ("at", "soon"),
    ("at", None),
    ("card_digest", None),
    ("package_digest", "sha256:short"),
)


@pytest.mark.parametrize(("place", "value"), SPOILT)
def test_session_of_another_shape_is_said_and_begun_anew(
    place: str, value: Any, drill: tuple[Drilled, Simulated]
) -> None:
    what, _ = drill
    session = what.begin(OWNERS, force=False)
    for _, typed in TYPED[:4]:
        put(session, typed)
    session.leave()
    kept = json.loads(what.kept.path.read_bytes())
    spoilt = edited(kept, {place: value}) if place else value
    what.kept.path.write_text(json.dumps(spoilt), "utf-8")
    require_begun_anew(what)


@pytest.mark.parametrize("bytes_", [b"", b"{", b"[]", b'{"owners": 3}', b"\xff", b"null", b"[" * 99_999])
def test_spoilt_session_is_said_and_never_a_fault(bytes_: bytes, drill: tuple[Drilled, Simulated]) -> None:
    what, _ = drill
    what.begin(OWNERS, force=False).leave()
    what.kept.path.write_bytes(bytes_)
    require_begun_anew(what)


def require_begun_anew(what: Drilled) -> None:
    assert what.recorded() is None
    with pytest.raises(RepositoryError, match="begin anew") as no:
        what.resume()
    assert (no.value.exit, no.value.type_line) == (2, f"govern drill run {CARD} --force")
    assert what.begin(OWNERS, force=True).next() is not None


def test_killed_while_it_writes_the_file_is_as_before(
    drill: tuple[Drilled, Simulated], monkeypatch: pytest.MonkeyPatch
) -> None:
    what, _ = drill
    session = what.begin(OWNERS, force=False)
    before = what.kept.path.read_bytes()

    def die(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(keeping.os, "fsync", die)
    with pytest.raises(KeyboardInterrupt):
        put(session, "@4:30")
    assert what.kept.path.read_bytes() == before
    json.loads(before)
    assert {path.suffix for path in what.kept.path.parent.iterdir()} == {".json", ".lock"}


def test_what_two_people_decided_alone_is_for_their_eyes(drill: tuple[Drilled, Simulated]) -> None:
    what, _ = drill
    put(what.begin(OWNERS, force=False), "@4:30")
    assert stat.S_IMODE(what.kept.path.stat().st_mode) == 0o600


def test_where_nothing_can_be_kept_no_drill_begins(drill: tuple[Drilled, Simulated]) -> None:
    what, _ = drill
    (what.folder / "govern").touch()
    for begin in (what.resume, lambda: what.begin(OWNERS, force=True)):
        with pytest.raises(RepositoryError, match=r"cannot be written: (Not a directory|File exists)") as no:
            begin()
        assert no.value.type_line == f"ls -ld {what.folder / 'govern' / 'drills'}"


def test_disk_that_is_full_for_a_while_costs_no_answer(
    drill: tuple[Drilled, Simulated], monkeypatch: pytest.MonkeyPatch
) -> None:
    what, _ = drill
    session = what.begin(OWNERS, force=False)

    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with monkeypatch.context() as patch:
        patch.setattr(keeping.os, "fsync", full)
        with pytest.raises(RepositoryError, match="No space left"):
            put(session, TYPED[0][1])
    for _, typed in TYPED[1:]:
        put(session, typed)
    assert resumed(session, what).value() == example(what)


def test_one_terminal_at_a_time_sits_at_a_drill(drill: tuple[Drilled, Simulated]) -> None:
    what, _ = drill
    first = what.begin(OWNERS, force=False)
    for begin in (what.resume, lambda: what.begin(OWNERS, force=False)):
        with pytest.raises(RefusedError, match="under way in another terminal") as no:
            begin()
        assert no.value.type_line == f"govern drill run {CARD} --resume --force"
    put(first, "@4:30")
    second = what.resume(over=True)
    put(second, "@5:00")
    kept = what.kept.path.read_bytes()
    for last_word in (lambda: put(first, "@6:00"), first.save):
        with pytest.raises(TakenOverError, match="taken over in another terminal"):
            last_word()
    first.end()
    assert what.kept.path.read_bytes() == kept, "nothing of the first is written over the second"


def test_drill_that_was_taken_over_elsewhere_is_not_written_over(drill: tuple[Drilled, Simulated]) -> None:
    what, clock = drill
    first = what.begin(OWNERS, force=False)
    clock.at = "2026-11-20T14:20:00Z"
    with pytest.raises(RefusedError, match="under way in another terminal"):
        what.begin(("mara", "kim"), force=True)
    second = what.resume(over=True)
    with pytest.raises(TakenOverError):
        put(first, "@21:00")
    second.end()
    with pytest.raises(TakenOverError):
        first.save()
    assert waiting(what.folder) == [], "and what is recorded does not come back"


def test_cache_may_be_deleted_while_it_runs(drill: tuple[Drilled, Simulated]) -> None:
    what, _ = drill
    session = what.begin(OWNERS, force=False)
    for number, (_, typed) in enumerate(TYPED):
        if number == 7:
            shutil.rmtree(what.folder / "govern")
        put(session, typed)
    assert resumed(session, what).value() == example(what)


def test_file_counts_as_it_was_when_it_was_named(made: Path, tmp_path: Path) -> None:
    """A series grows, and another may be cleaned away, while people sit there: neither costs them their drill."""
    shutil.copytree(made, tmp_path / "team")
    what, _ = under_way(tmp_path / "team")
    session = what.begin(OWNERS, force=False)
    for _, typed in TYPED[:13]:
        put(session, typed)
    (row,) = session.evidence
    with (tmp_path / "team" / EVIDENCE).open("a", encoding="utf-8") as file:
        file.write("2026-11-20T14:40:00Z,mismatch_rate,1.9,percent\n")
    session = resumed(session, what)
    assert session.known("mismatch_rate") == 1.8 and session.evidence == [row]


def test_files_that_do_not_agree_are_not_taken(drill: tuple[Drilled, Simulated]) -> None:
    what, _ = drill
    values = {"a.csv": 1.8, "b.csv": 1.9}
    what = replace(
        what, shown_by=lambda name: {"path": name, "sha256": "x", "metrics": {"mismatch_rate": values[name]}}
    )
    session = what.begin(OWNERS, force=False)
    for _, typed in TYPED[:12]:
        put(session, typed)
    with pytest.raises(MisreadError, match=r"a.csv ends with mismatch_rate 1.8, b.csv with 1.9"):
        put(session, "a.csv, b.csv")
    put(session, "b.csv")
    assert session.known("mismatch_rate") == 1.9


TAKEN_BACK = (
    (0, "nothing to take back"),
    (1, ""),
    (3, ""),
    (9, ""),
    (10, "a decision stands"),
    (11, "a decision stands"),
    (12, ""),
    (13, ""),
    (15, ""),
    (17, "a decision stands"),
    (18, ""),
    (24, ""),
    (25, ""),
)


@pytest.mark.parametrize(("place", "no"), TAKEN_BACK)
def test_one_answer_can_be_taken_back_and_no_decision(
    place: int, no: str, drill: tuple[Drilled, Simulated]
) -> None:
    what, _ = drill
    session = what.begin(OWNERS, force=False)
    for _, typed in TYPED[:place]:
        put(session, typed)
    asked = session.next()
    if no:
        with pytest.raises(MisreadError, match=no):
            put(session, "u")
        assert session.next() == asked
        return
    put(session, "u")
    assert session.next() != asked
    with pytest.raises(MisreadError, match="one answer, the last"):
        put(session, "u")
    session = resumed(session, what)
    for _, typed in TYPED[place - 1 :]:
        put(session, typed)
    assert session.value() == example(what)


def test_handoff_that_is_asked_again_waits_for_an_answer_again(drill: tuple[Drilled, Simulated]) -> None:
    what, _ = drill
    session = what.begin(OWNERS, force=False)
    for typed in ("@4:30", "@5:00", "@6:00 a", "u", "@7:00"):
        put(session, typed)
    assert session.value()["handoffs"] == [
        {"from": "release", "to": "analytics", "asked_at": "2026-11-20T14:07:00Z"}
    ]


BECAUSE = (
    ("tune because latency is over 10", {"decision": "tune", "note": "latency is over 10"}),
    ("Keep", {"decision": "keep"}),
    (
        "wait P1D mismatch_rate because it falls because of us",
        {"decision": "wait", "window": "P1D", "metric": "mismatch_rate", "note": "it falls because of us"},
    ),
)


@pytest.mark.parametrize(("typed", "value"), BECAUSE)
def test_decision_may_say_what_it_rests_on(
    typed: str, value: dict[str, str], drill: tuple[Drilled, Simulated]
) -> None:
    what, _ = drill
    session = what.begin(OWNERS, force=False)
    for _, line in TYPED[:9]:
        put(session, line)
    put(session, typed)
    assert session.value()["decisions_before"] == {"mara": value}
    assert resumed(session, what).value()["decisions_before"] == {"mara": value}


def test_what_was_answered_is_written_down_only_when_all_is(drill: tuple[Drilled, Simulated]) -> None:
    what, _ = drill
    session = what.begin(OWNERS, force=False)
    for _, typed in TYPED:
        with pytest.raises(RefusedError, match="not over") as no:
            what.answers()
        assert no.value.type_line == f"govern drill run {CARD} --resume"
        put(session, typed)
    assert what.answers() == example(what)


MISREAD = (
    (0, "yes", "Enter when it is done"),
    (2, "x", "s skipped"),
    (2, "n", "a note says"),
    (2, "a a", "s skipped"),
    (6, "perhaps", "y or n"),
    (7, "-1", "no count"),
    (7, "1.5", "no count"),
    (6, "", "^y or n$"),
    (7, "1" * 12, "no count"),
    *(
        (
            9,
            typed,
            "rollback, or wait with a window and a metric: wait P1D mismatch_rate; metrics of this card",
        )
        for typed in (
            "",
            "maybe",
            "keep tune",
            "keep because",
            "because of it",
            "wait",
            "wait P1D",
            "wait soon mismatch_rate",
            "wait P0D mismatch_rate",
            "wait P1D nothing",
        )
    ),
    (9, f"keep because {'x' * 1001}", "1000 at most"),
    (12, "evidence/none.csv", "no file evidence/none.csv"),
    (13, "1.9", "the file ends with mismatch_rate 1.8: Enter takes it"),
    (13, "nan", "is no number; for example 1.8"),
    (13, "1e999", "is no number"),
    (23, "x" * 1001, "1000 at most"),
    (2, "n " + "x" * 1001, "1000 at most"),
    (24, "ten", "is no number"),
    (24, "1" * 17, "is too large"),
)


@pytest.mark.parametrize(("place", "typed", "said"), MISREAD)
def test_what_is_no_answer_is_asked_again(
    place: int, typed: str, said: str, drill: tuple[Drilled, Simulated]
) -> None:
    what, _ = drill
    session = what.begin(OWNERS, force=False)
    for _, line in TYPED[:place]:
        put(session, line)
    step, kept = session.next(), what.kept.path.read_bytes()
    with pytest.raises(MisreadError, match=said):
        put(session, typed)
    assert (session.next(), what.kept.path.read_bytes()) == (step, kept)


def test_skipped_noted_unacknowledged_and_waiting(drill: tuple[Drilled, Simulated]) -> None:
    what, _ = drill
    session = what.begin(OWNERS, force=False)
    lines = [typed for _, typed in TYPED]
    put(session, lines[0])
    put(session, lines[1])
    put(session, "n the gate was on already")
    put(session, "s")
    put(session, "@15:02")
    put(session, "n first try failed")
    put(session, "n second did not")
    put(session, "@18:40")
    put(session, "x")
    for line in ("n", "1", "2", "wait P1D mismatch_rate", *lines[10:23], "", "", "@44:05"):
        put(session, line)
    value = session.value()
    assert value["execution"] == {
        "strict-snapshots": {"note": "the gate was on already"},
        "hold-templates": {"done_at": "2026-11-20T14:15:02Z"},
        "block-size-64": {"done_at": "2026-11-20T14:18:40Z", "note": "first try failed; second did not"},
    }
    assert value["handoffs"] == [
        {"from": "release", "to": "analytics", "asked_at": "2026-11-20T14:05:00Z",
         "context_complete": False, "still_open": 1, "reopened": 2}
    ]  # fmt: skip
    waited = {"decision": "wait", "window": "P1D", "metric": "mismatch_rate"}
    assert value["decisions_before"]["mara"] == waited
    assert value["closeout"] == {"done_at": "2026-11-20T14:44:05Z", "next_targets": {}}


def test_simulated_clock_never_goes_back() -> None:
    clock = Simulated("2026-11-20T14:10:00Z")
    assert not clock.set(BEGAN, 300)
    assert clock.now() == "2026-11-20T14:10:00Z"
    assert clock.set(BEGAN, 660)
    assert clock.now() == "2026-11-20T14:11:00Z"


def test_nothing_of_it_touches_the_working_tree(made: Path, tmp_path: Path) -> None:
    shutil.copytree(made, tmp_path / "team")
    what, _ = under_way(tmp_path / "team")
    before = {path for path in (tmp_path / "team").rglob("*") if ".git" not in path.parts}
    what.begin(OWNERS, force=False)
    assert {path for path in (tmp_path / "team").rglob("*") if ".git" not in path.parts} == before
    assert what.kept.path == tmp_path / "team" / ".git" / "govern" / "drills" / f"{CARD}.json"
