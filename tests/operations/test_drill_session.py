"""A drill that is under way: each answer is kept, an interruption loses none, what is no answer is asked again."""

import json
import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import yaml

from govern.domain.drills.steps import Step
from govern.errors import RefusedError
from govern.operations.drills import session as sessions
from govern.operations.drills.clock import Simulated
from govern.operations.drills.session import Drilled, MisreadError, Session, waiting
from rehearsed import BEGAN, CARD, TYPED, make_team, under_way
from workspaces import EXAMPLES

OWNERS = ("mara", "jo")


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_team(tmp_path_factory.mktemp("team"))


@pytest.fixture
def drill(made: Path, tmp_path: Path) -> Iterator[tuple[Drilled, Simulated]]:
    """The team's card; its session lies in a folder of the test's own."""
    what, clock = under_way(made)
    yield replace(what, folder=tmp_path), clock


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


def example() -> dict[str, Any]:
    """The answers of the example, moved to the day of the test."""
    text = (EXAMPLES / "team/answers/2026-11-18.yaml").read_text("utf-8")
    value: dict[str, Any] = yaml.safe_load(text.replace("2026-11-18T", "2026-11-20T"))
    del value["kind"], value["decisions"]["mara"]["note"]
    return value


def test_typed_answers_are_those_of_a_file(drill: tuple[Drilled, Simulated]) -> None:
    what, _ = drill
    session = what.begin(OWNERS, force=False)
    for _, typed in TYPED:
        put(session, typed)
    assert session.next() is None
    assert session.value() == example()


@pytest.mark.parametrize("after", range(0, len(TYPED), 3))
def test_interrupted_anywhere_nothing_is_lost(after: int, drill: tuple[Drilled, Simulated]) -> None:
    what, _ = drill
    session = what.begin(OWNERS, force=False)
    for _, typed in TYPED[:after]:
        put(session, typed)
    session = what.resume()
    for _, typed in TYPED[after:]:
        put(session, typed)
    assert session.value() == example()


def test_interrupted_drill_waits_until_it_is_resumed_or_dropped(drill: tuple[Drilled, Simulated]) -> None:
    what, clock = drill
    with pytest.raises(RefusedError) as none:
        what.resume()
    assert none.value.type_line == f"govern drill run {CARD}"
    put(what.begin(OWNERS, force=False), "@4:30")
    assert waiting(what.folder) == [CARD]
    with pytest.raises(RefusedError) as waits:
        what.begin(OWNERS, force=False)
    assert waits.value.type_line == f"govern drill run {CARD} --resume"
    clock.at = "2026-11-20T14:20:00Z"
    assert what.resume().elapsed == 20 * 60, "the clock ran on"
    fresh = what.begin(OWNERS, force=True)
    assert fresh.answers["started_at"] == "2026-11-20T14:20:00Z"
    fresh.end()
    assert waiting(what.folder) == []


@pytest.mark.parametrize("kind", ["card", "package"])
def test_what_has_changed_since_is_not_gone_on_with(kind: str, drill: tuple[Drilled, Simulated]) -> None:
    what, _ = drill
    what.begin(OWNERS, force=False)
    changed = replace(what, **{kind: replace(getattr(what, kind), digest="sha256:other")})
    with pytest.raises(RefusedError, match=f"{kind} .* has changed") as no:
        changed.resume()
    assert no.value.type_line == f"govern drill run {CARD} --force"


@pytest.mark.parametrize("bytes_", [b"", b"{", b"[]", b'{"owners": 3}', b"\xff"])
def test_spoilt_session_is_said_and_never_a_fault(bytes_: bytes, drill: tuple[Drilled, Simulated]) -> None:
    what, _ = drill
    what.begin(OWNERS, force=False)
    what.kept.write_bytes(bytes_)
    with pytest.raises(RefusedError, match="cannot be read"):
        what.resume()


def test_killed_while_it_writes_the_file_is_as_before(
    drill: tuple[Drilled, Simulated], monkeypatch: pytest.MonkeyPatch
) -> None:
    what, _ = drill
    session = what.begin(OWNERS, force=False)
    before = what.kept.read_bytes()

    def die(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(sessions.os, "fsync", die)
    with pytest.raises(KeyboardInterrupt):
        put(session, "@4:30")
    assert what.kept.read_bytes() == before
    json.loads(before)
    assert list(what.kept.parent.iterdir()) == [what.kept]


MISREAD = (
    (0, "yes", "Enter when it is done"),
    (2, "x", "s skipped"),
    (2, "n", "a note says"),
    (2, "a a", "s skipped"),
    (6, "perhaps", "y or n"),
    (7, "-1", "no count"),
    (7, "1.5", "no count"),
    (9, "maybe", "keep, tune, rollback or wait"),
    (9, "keep tune", "keep, tune, rollback or wait"),
    (9, "wait", "a window and a metric"),
    (9, "wait P1D", "a window and a metric"),
    (9, "wait soon mismatch_rate", "a window and a metric"),
    (9, "wait P1D nothing", "a window and a metric"),
    (12, "evidence/none.csv", "no file evidence/none.csv"),
    (13, "1.9", "the file ends with mismatch_rate 1.8"),
    (13, "nan", "is no number"),
    (13, "1e999", "is no number"),
    (23, "x" * 1001, "1000 at most"),
    (2, "n " + "x" * 1001, "1000 at most"),
    (24, "ten", "is no number"),
)


@pytest.mark.parametrize(("place", "typed", "said"), MISREAD)
def test_what_is_no_answer_is_asked_again(
    place: int, typed: str, said: str, drill: tuple[Drilled, Simulated]
) -> None:
    what, _ = drill
    session = what.begin(OWNERS, force=False)
    for _, line in TYPED[:place]:
        put(session, line)
    step, kept = session.next(), what.kept.read_bytes()
    with pytest.raises(MisreadError, match=said):
        put(session, typed)
    assert (session.next(), what.kept.read_bytes()) == (step, kept)


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
    clock.set(BEGAN, 300)
    assert clock.now() == "2026-11-20T14:10:00Z"


def test_nothing_of_it_touches_the_working_tree(made: Path, tmp_path: Path) -> None:
    shutil.copytree(made, tmp_path / "team")
    what, _ = under_way(tmp_path / "team")
    before = {path for path in (tmp_path / "team").rglob("*") if ".git" not in path.parts}
    what.begin(OWNERS, force=False)
    assert {path for path in (tmp_path / "team").rglob("*") if ".git" not in path.parts} == before
    assert what.kept == tmp_path / "team" / ".git" / "govern" / "drills" / f"{CARD}.json"
