"""Counting, marking and proving over a log: what lies where, what is written again, and what is never written over."""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from builders import PACKET, World, cohorts, in_canary
from decision_logs import Row, decision, write_csv
from govern.documents import schemas
from govern.domain.document import canonical
from govern.domain.rollback.execution import Rollback
from govern.errors import RefusedError, UsageError
from govern.evidence.decisions import open_log
from govern.ledger.records import MAX_BYTES
from govern.operations.rollback.incidents import RolledBack, rollbacks
from govern.operations.rollback.relabel import Marked, Opened, count, hand_on, mark, meant, prove
from govern.operations.tables import put_out

NEXT = "llama-2-70b-chat+v2"
FIRST, SECOND = f"relabel/{PACKET}-2-0001.parquet", f"relabel/{PACKET}-2-0002.parquet"


def at(clock: str, name: str, cohort: str | None = "a", version: str | None = NEXT, **fields: Any) -> Row:
    """A decision of the chat on the day of the rollback."""
    when = {"surface": "chat", "decided_at": f"2026-11-20T{clock}Z"}
    return decision(name, cohort_key=cohort, model_version_active=version, **when | fields)


DAY = (
    at("08:00:00", "early", version="m1"),
    at("09:30:00", "a-1"),
    at("10:00:00", "b-1", "b"),
    at("12:00:30", "a-stale"),
    at("12:30:00", "a-back", version="m1"),
)
LATE = at("12:20:00", "a-late")


@dataclass
class There:
    """As much of a workspace as relabelling reads, in memory; its working tree is a folder."""

    world: World
    folder: Path

    @property
    def state(self) -> Any:
        return self.world.state

    @property
    def repository(self) -> Any:
        return SimpleNamespace(root=self.folder)

    def now(self) -> str:
        return self.world.now

    @contextmanager
    def over(self, rows: Iterable[Row] = DAY) -> Iterator[tuple[Opened, RolledBack]]:
        """The newest rollback, and a log of these decisions."""
        path = write_csv(self.folder / "log.csv", rows)
        with open_log(path) as log:
            yield Opened(self, log), rollbacks(self.state, PACKET)[-1]  # type: ignore[arg-type]

    def marked(self, rows: Iterable[Row] = DAY, **more: Any) -> Marked:
        """What marking came to, recorded."""
        with self.over(rows) as (opened, each):
            made = mark(opened, each, **more)
        if made.command is not None:
            self.world.do(made.command)
        return made

    def proved(self, rows: Iterable[Row] = DAY, given: Path | None = None) -> Any:
        with self.over(rows) as (opened, each):
            return prove(opened, each, given)

    @property
    def files(self) -> list[str]:
        return sorted(
            path.relative_to(self.folder).as_posix() for path in self.folder.rglob("*") if path.is_file()
        )


@pytest.fixture
def there(tmp_path: Path) -> There:
    """The cohorts a and b on next since nine, back at noon; it is one o'clock."""
    world = in_canary(cohorts("a", "b"))
    world.now = "2026-11-20T12:00:00Z"
    world.do(Rollback(PACKET, "operator-judgement"))
    world.now = "2026-11-20T13:00:00Z"
    folder = tmp_path / "tree"
    folder.mkdir()
    return There(world, folder)


def test_what_is_marked_is_what_was_served_and_can_be_proved(there: There) -> None:
    made = there.marked()
    assert there.files == ["log.csv", FIRST]
    assert made.figures["range"] == {"since": "2026-11-20T09:00:00Z", "until": "2026-11-20T12:00:31Z"}
    assert [row["relabelled"] for row in made.figures["cohorts"]] == [2, 1]
    proved = there.proved()
    assert proved.verified.complete and proved.reached and proved.known is None
    record = there.world.do(proved.command)[0]
    assert record.body["proof"] == {"due": 3, "marked": 3, "missing": 0, "extra": 0}
    assert there.proved().known == record.name


def test_counting_and_a_dry_run_give_the_figures_and_write_nothing(there: There) -> None:
    with there.over() as (opened, each):
        counted, made = count(opened, each), mark(opened, each, dry_run=True)
    assert there.files == ["log.csv"]
    figures = dict(made.figures)
    sidecar = figures.pop("sidecar")
    assert figures == counted
    assert there.marked().figures["sidecar"] == sidecar


def test_nothing_is_made_when_all_is_marked(there: There) -> None:
    there.marked()
    before = (there.folder / FIRST).stat()
    there.world.now = "2026-11-20T14:00:00Z"
    again = there.marked()
    after = (there.folder / FIRST).stat()
    assert (again.command, again.said) == (None, (f"already marked: {FIRST}",))
    assert (after.st_ino, after.st_mtime_ns) == (before.st_ino, before.st_mtime_ns)
    assert there.files == ["log.csv", FIRST]


def test_a_sidecar_that_is_not_here_is_written_again_to_the_byte(there: There) -> None:
    there.marked()
    data = (there.folder / FIRST).read_bytes()
    (there.folder / FIRST).unlink()
    there.world.now = "2026-11-21T00:00:00Z"
    assert there.marked(dry_run=True).command is None and there.files == ["log.csv"]
    again = there.marked(reversed(DAY))
    assert again.command is None and "is written again" in again.said[0]
    assert (there.folder / FIRST).read_bytes() == data


@pytest.mark.parametrize("kept", [True, False], ids=["kept", "gone"])
def test_another_sidecar_is_made_when_the_log_shows_more(there: There, kept: bool) -> None:
    there.marked()
    if not kept:
        (there.folder / FIRST).unlink()
    made = there.marked([*DAY, LATE])
    assert made.figures["sidecar"]["path"] == SECOND and made.figures["sidecar"]["rows"] == 4
    assert there.files == ["log.csv", *([FIRST] if kept else []), SECOND]
    assert there.proved([*DAY, LATE]).verified.complete


def test_an_edited_sidecar_is_left_alone_and_proves_nothing(there: There) -> None:
    there.marked()
    (there.folder / FIRST).write_bytes(b"mine")
    with pytest.raises(RefusedError, match="was edited"):
        there.proved()
    assert there.marked().figures["sidecar"]["path"] == SECOND
    assert (there.folder / FIRST).read_bytes() == b"mine"
    assert there.proved().verified.complete


def test_a_sidecar_is_proved_where_it_was_moved_to(there: There, tmp_path: Path) -> None:
    there.marked()
    moved = (there.folder / FIRST).rename(tmp_path / "elsewhere.parquet")
    with pytest.raises(RefusedError, match="is not here"):
        there.proved()
    assert there.proved(given=moved).verified.complete
    moved.write_bytes(b"")
    with pytest.raises(RefusedError, match="was edited"):
        there.proved(given=moved)


def test_a_file_that_nobody_recorded_keeps_its_name(there: There) -> None:
    (there.folder / "relabel").mkdir()
    (there.folder / FIRST).write_bytes(b"of a run that died")
    assert there.marked().figures["sidecar"]["path"] == SECOND


def test_refusal_when_the_log_has_lost_what_was_marked(there: There) -> None:
    there.marked()
    short = [row for row in DAY if row["decision_id"] != "a-1"]
    with pytest.raises(RefusedError, match="is it the whole log") as stopped:
        there.marked(short)
    assert stopped.value.notes == ("the first: a-1",)
    assert there.proved(short).verified.extra == 1


@pytest.mark.parametrize("dry_run", [False, True])
@pytest.mark.parametrize("name", ["mine.csv", "log.csv", "mine.txt", "folder.csv"])
def test_refusal_when_there_is_no_place_for_a_sidecar(there: There, name: str, dry_run: bool) -> None:
    (there.folder / "mine.csv").write_text("mine")
    (there.folder / "folder.csv").mkdir()
    with pytest.raises(UsageError) as stopped:
        there.marked(out=there.folder / name, dry_run=dry_run)
    assert stopped.value.type_line == f"--out {FIRST}"
    assert there.files == ["log.csv", "mine.csv"] and (there.folder / "mine.csv").read_text() == "mine"


@pytest.mark.parametrize("name", ["../outside.csv", "link/sidecar.csv", ".git/sidecar.csv"])
def test_a_recorded_name_that_leads_out_of_the_tree_is_never_written(there: There, name: str) -> None:
    made = there.marked(out=there.folder / "first.csv")
    (there.folder / "first.csv").unlink()
    (there.folder / "link").symlink_to(there.folder.parent)
    there.world.packet().relabeled[-1].body["sidecar"]["path"] = name
    again = there.marked()
    assert again.figures["sidecar"]["path"] == FIRST and made.figures["sidecar"]["rows"] == 3
    assert not list(there.folder.parent.glob("*.csv"))
    assert there.files == ["log.csv", FIRST]


def test_a_recorded_place_that_the_log_reads_by_now_is_not_written_again(there: There) -> None:
    there.marked(out=there.folder / "log-2.csv")
    (there.folder / "log-2.csv").unlink()
    write_csv(there.folder / "log-1.csv", DAY)
    with open_log(there.folder / "log-*.csv") as log:
        made = mark(Opened(there, log), rollbacks(there.state, PACKET)[-1])  # type: ignore[arg-type]
    assert made.figures["sidecar"]["path"] == FIRST
    assert there.files == ["log-1.csv", "log.csv", FIRST]


def test_a_name_outside_of_the_repository_is_kept_without_its_folder(there: There, tmp_path: Path) -> None:
    made = there.marked(out=tmp_path / "far" / "sidecar.csv")
    assert made.figures["sidecar"]["path"] == "sidecar.csv"
    made.take_away()
    assert not (tmp_path / "far" / "sidecar.csv").exists()


def test_keys_that_nobody_bound_are_counted_together_when_the_default_went_back(there: There) -> None:
    rows = [
        *DAY,
        *(at("11:00:00", f"stray-{n}", f"stray {n}") for n in range(3)),
        at("11:00:00", "bare", None),
    ]
    with there.over(rows) as (opened, each):
        assert "other_keys" not in count(opened, each)
        everyone = RolledBack(each.record, replace(each.incident, everyone=True), each.owed)
        made = mark(opened, everyone)
        proved = prove_after(there, opened, everyone, made)
    ones = dict.fromkeys(("in_window", "on_version", "relabelled"), 3) | {"no_version": 0}
    assert made.figures["other_keys"] == proved["other_keys"] == ones
    assert made.figures["no_key"]["relabelled"] == 1 and made.figures["sidecar"]["rows"] == 7


def prove_after(there: There, opened: Opened, each: RolledBack, made: Marked) -> Mapping[str, Any]:
    assert made.command is not None
    there.world.do(made.command)
    proved = prove(opened, each)
    there.world.do(proved.command)
    return proved.figures


def test_a_thousand_cohorts_fit_into_a_record(tmp_path: Path) -> None:
    names = [f"cohort-{number:04d}" for number in range(1_000)]
    world = in_canary(cohorts(*names))
    world.do(Rollback(PACKET, "operator-judgement"))
    there = There(world, tmp_path)
    made = there.marked([at("09:00:00", "one", "cohort-0007"), *DAY])
    assert made.command is not None
    short, tables = put_out(made.command.relabeled)
    assert schemas.fits("records/decisions_relabeled.1", short)
    assert len(canonical(short)) < MAX_BYTES and [len(data.splitlines()) for data in tables.values()] == [
        1_000
    ]


def test_rollbacks_that_are_meant(there: There) -> None:
    there.world.packet().stages["a"] = "canary"
    there.world.do(Rollback(PACKET, "operator-judgement", ("a",)))
    first, second = rollbacks(there.state, PACKET)
    assert meant(there, PACKET) == [first, second]  # type: ignore[arg-type]
    assert meant(there, PACKET, second.context) == [second]  # type: ignore[arg-type]
    there.state.duties = [duty for duty in there.state.duties if duty.record != first.record.name]
    assert [each.context for each in meant(there, PACKET)] == [second.context]  # type: ignore[arg-type]
    there.state.duties.clear()
    assert len(meant(there, PACKET)) == 2  # type: ignore[arg-type]


def test_outcomes_are_those_of_the_surface_with_what_every_rollback_marked(there: There) -> None:
    rows = [*DAY, at("11:00:00", "other", surface="search")]
    with there.over(rows) as (opened, _), pytest.raises(RefusedError, match="are not marked") as stopped:
        hand_on(opened, PACKET, there.folder / "out.csv")
    assert stopped.value.type_line == f"govern relabel apply {PACKET} --context {PACKET}-2"
    there.marked(rows)
    with there.over(rows) as (opened, _):
        own = hand_on(opened, PACKET, there.folder / "own.csv")
        everything = hand_on(opened, None, there.folder / "all.parquet")
        with pytest.raises(UsageError, match="another file lies there"):
            hand_on(opened, None, there.folder / "own.csv")
    assert (own.exported.rows, everything.exported.rows) == (5, 6)
    assert own.unproved == (f"{PACKET}-2",)
    marks = {row["context"]: row["n"] for row in own.exported.outcomes if row["cohort"] == "a"}
    assert marks == {None: 2, f"{PACKET}-2": 2}
    there.world.do(there.proved(rows).command)
    with there.over(rows) as (opened, _):
        assert hand_on(opened, PACKET, there.folder / "own.csv").unproved == ()
