"""`govern relabel`: from the plan to outcomes for calibration, once, again, late, elsewhere, and every wrong turn."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from back import PACKET, PC, TV, Team, copied, go, make_team
from bars import steps_of
from decision_logs import COLUMNS, write_csv
from govern.cli import relabel
from relabeling import CONTEXT, LATE, LOG, MARKED, NIGHT, SETTLES, V2, chat, gone_back, logged
from typed import Ended, Keyboard
from workspaces import git

NOW = "2026-11-17T02:40:00Z"
FIRST, SECOND = f"relabel/{CONTEXT}-0001.parquet", f"relabel/{CONTEXT}-0002.parquet"
ROLLBACK = f"packets/{PACKET}#5"


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Team:
    """XR went back; nothing is marked yet."""
    folder = tmp_path_factory.mktemp("back")
    team = make_team(folder / "made")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("GIT_CONFIG_GLOBAL", str(folder / "made" / "home" / "gitconfig"))
        gone_back(team)
    return team


@dataclass
class Typist:
    """jo at the keyboard after the night; other people where they are named."""

    team: Team
    capsys: pytest.CaptureFixture[str]
    monkeypatch: pytest.MonkeyPatch

    def __call__(self, *words: str, who: str = "jo", now: str = NOW) -> Ended:
        keyboard = Keyboard(self.team.clone(who).directory, self.capsys, self.monkeypatch)
        return keyboard("relabel", *words, now=now)

    @property
    def folder(self) -> Path:
        return self.team.clone("jo").directory

    @property
    def events(self) -> list[tuple[str, str]]:
        """Name and step of what is recorded."""
        records = self.team.clone("ana", name="auditor").workspace().state.packets[PACKET].relabeled
        return [(record.name, record.body["step"]) for record in records]

    @property
    def owed(self) -> list[str]:
        duties = self.team.clone("ana", name="auditor").workspace().state.duties
        return [duty.record for duty in duties if duty.kind == "relabel"]

    @property
    def files(self) -> list[str]:
        return git(self.folder, "status", "--porcelain", "--untracked-files=all").splitlines()


@pytest.fixture
def types(
    made: Team, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> Typist:
    return Typist(copied(made, tmp_path), capsys, monkeypatch)


FIGURES = [
    f"{CONTEXT}: back 2026-11-17T02:10:21Z by jo, {ROLLBACK}",
    "  served 2026-11-16T10:00:00Z to 2026-11-17T02:10:56Z, 35 s longer than bound",
    "cohort    in window  relabelled  no version",
    "xr-eu             1           1           0",
    "xr-na             4           3           1",
    "(no key)          1           0           0  on prev: counted, not relabelled",
]


def test_the_straight_line_from_the_plan_to_the_outcomes(types: Typist) -> None:
    said = types("plan", PACKET)
    assert (said.code, said.lines[3:6]) == (0, FIGURES[3:]) and types.events == []
    assert said.advice == ("next", f"govern relabel apply {PACKET}")
    said = types("apply", PACKET)
    assert (said.code, said.lines[:6], said.lines[6].split(": ")[1]) == (0, FIGURES, f"sidecar {FIRST}")
    assert said.advice == ("next", f"govern relabel verify {PACKET}") and types.owed == [ROLLBACK]
    said = types("verify", PACKET)
    assert (said.code, said.lines[:6]) == (0, FIGURES)
    assert "complete: each of 4 is marked once, and no other; the log reaches" in said.lines
    assert said.advice == ("next", f"govern relabel export {PACKET} --out outcomes.csv") and types.owed == []
    said = types("export", PACKET, "--out", "outcomes.csv")
    assert "chat     xr-na     no-system-prompt-2          3       2       1        0" in said.lines
    assert "chat     pc-na     -                           2       2       0        0" in said.lines
    assert types.events == [(f"packets/{PACKET}#7", "applied"), (f"packets/{PACKET}#8", "verified")]
    assert types.team.faults() == []


def test_apply_says_what_it_does_and_is_quiet_when_asked(
    types: Typist, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = steps_of(relabel, monkeypatch)
    assert types("apply", PACKET, "--dry-run").code == types("apply", PACKET, "--quiet").code == 0
    assert told == [("marking decisions", False), ("marking decisions", True)]


def test_a_dry_run_gives_the_figures_of_the_plan_and_writes_nothing(types: Typist) -> None:
    before = types.team.tip(), types.files
    dry = types("apply", PACKET, "--dry-run")
    assert dry.lines[:6] == FIGURES and dry.advice == ("next", f"govern relabel apply {PACKET}")
    dry_figures = types("apply", PACKET, "--dry-run", "--format", "json").json["data"]["rollbacks"][0]
    planned = types("plan", PACKET, "--format", "json").json["data"]["rollbacks"][0]
    assert planned == {name: dry_figures[name] for name in planned}
    assert (types.team.tip(), types.files) == before
    types("apply", PACKET)
    before = types.team.tip(), types.files
    assert types("verify", PACKET, "--dry-run").lines[-2].startswith("dry run: would record")
    assert (types.team.tip(), types.files) == before


def test_nothing_is_recorded_the_second_time(types: Typist) -> None:
    for verb, says in (("apply", f"already marked: {FIRST}"), ("verify", "already proved: ")):
        assert types(verb, PACKET).code == 0
        before = types.team.tip(), types.files
        again = types(verb, PACKET, now="2026-11-18T00:00:00Z")
        assert again.code == 0 and any(line.startswith(says) for line in again.lines)
        assert (types.team.tip(), types.files) == before


def test_stale_serving_that_is_seen_late_wants_another_sidecar_and_another_proof(types: Typist) -> None:
    types("apply", PACKET)
    types("verify", PACKET)
    logged(types.folder, [LATE], "logs/decisions-2.csv")
    said = types("verify", PACKET)
    assert said.code == 1
    assert f"failed: {FIRST} leaves out 1 decision (na-late)" in said.lines
    assert said.advice == ("type", f"govern relabel apply {PACKET}")
    said = types("apply", PACKET)
    assert said.code == 0 and SECOND in said.text and "9 min 40 s longer" in said.text
    assert types.owed == [ROLLBACK]
    assert types("verify", PACKET).code == 0 and types.owed == []
    assert [step for _, step in types.events] == ["applied", "verified"] * 2
    assert types.team.faults() == []


def test_a_log_that_ends_too_early_proves_nothing(types: Typist) -> None:
    early = [row for row in NIGHT if row["decided_at"] < SETTLES]
    logged(types.folder, early)
    types("apply", PACKET)
    said = types("verify", PACKET, "--format", "json")
    assert (said.code, said.json["verdict"]) == (1, "inconclusive")
    assert said.json["data"]["reasons"] == [
        f"inconclusive: the log ends at 2026-11-17T02:11:30Z, before {SETTLES}: nothing proves that no later"
        " decision was on next"
    ]
    assert types("verify", PACKET).advice == ("type", f"govern relabel verify {PACKET} --log FILE")
    logged(types.folder, [*early, chat("later", f"17 {SETTLES[11:19]}", "pc-na")])
    assert types("verify", PACKET).code == 0


def test_a_decision_of_the_future_is_no_reach_of_the_log(types: Typist) -> None:
    early = [row for row in NIGHT if row["decided_at"] < SETTLES]
    logged(types.folder, [*early, chat("ahead", "18 00:00:00", "pc-na")])
    assert types("apply", PACKET).code == 0
    said = types("verify", PACKET)
    told = " ".join(said.text.split())
    assert (said.code, types.owed) == (
        1,
        [ROLLBACK],
    ) and "the log ends at 2026-11-17T02:11:30Z, before" in told
    assert "the log's last decision, 2026-11-18T00:00:00Z, lies ahead of the clock" in told
    logged(types.folder, [*NIGHT, chat("ahead", "18 00:00:00", "pc-na")])
    assert types("verify", PACKET).code == 0 and types.team.faults() == []


def test_what_is_on_next_of_no_cohort_is_named_and_stops_nothing(types: Typist) -> None:
    logged(types.folder, [*NIGHT, chat("tv", "17 02:00:00", "TV"), chat("bare", "17 02:00:01", None)])
    astray = "on next, of no cohort: TV 1, (no key) 1"
    for verb in ("plan", "apply", "verify"):
        said = types(verb, PACKET)
        assert said.code == 0 and astray in said.lines
    assert f"and no other of a cohort; {astray}; the log" in " ".join(said.text.split())
    assert types.owed == [] and types.team.faults() == []


@pytest.mark.parametrize("verb", ["apply", "export"])
def test_no_file_is_written_where_the_log_would_read_it(types: Typist, verb: str) -> None:
    types("apply", PACKET) if verb == "export" else None
    said = types(verb, PACKET, "--out", "logs/decisions-9.csv")
    assert said.code == 2 and "lies in the decision log" in " ".join(said.text.split())
    assert not (types.folder / "logs/decisions-9.csv").exists()


def test_a_log_that_begins_late_is_told(types: Typist) -> None:
    logged(types.folder, NIGHT[2:])
    said = types("plan", PACKET)
    assert "  note: the log begins 2026-11-17T01:00:00Z, after the incident began: is all of" in said.lines


def test_anybody_proves_it_in_a_clone_of_their_own(types: Typist) -> None:
    """A claim is enough: it is a fact, and the bytes are the same everywhere."""
    types("apply", PACKET)
    lee = types.team.clone("lee").directory
    logged(lee)
    said = types("verify", PACKET, who="lee")
    assert (said.code, said.advice) == (1, ("type", f"govern relabel apply {PACKET}"))
    said = types("apply", PACKET, who="lee", now="2026-11-18T09:00:00Z")
    assert "was not here and is written again" in " ".join(said.text.split())
    assert (lee / FIRST).read_bytes() == (types.folder / FIRST).read_bytes()
    assert types("verify", PACKET, "--actor", "ana", who="lee", now="2026-11-18T09:00:00Z").code == 0
    assert types.owed == [] and types.team.faults() == []


def test_nothing_is_left_behind_when_it_cannot_be_recorded(types: Typist) -> None:
    before = types.files
    types.team.refuse()
    said = types("apply", PACKET)
    assert said.code == 2 and "nothing was recorded" in said.text and types.files == before
    types.team.accept()
    assert types("apply", PACKET).code == 0 and types.files == [*before, f"?? {FIRST}"]


def test_it_waits_in_this_clone_when_it_is_recorded_offline(types: Typist) -> None:
    types.team.offline()
    said = types("apply", PACKET, "--offline")
    assert (said.code, said.advice) == (4, ("next", "govern sync"))
    assert types("verify", PACKET, "--offline").code == 4
    types.team.online()
    Keyboard(types.folder, types.capsys, types.monkeypatch)("sync", now=NOW)
    assert [step for _, step in types.events] == ["applied", "verified"]
    assert types.owed == [] and types.team.faults() == []


def test_each_rollback_has_its_own_sidecar_and_record(types: Typist) -> None:
    go(types.team.jo.at("2026-11-17T02:30:00Z"), *PC)
    logged(types.folder, [*NIGHT, chat("pc-later", "17 02:35:00", "pc-na", "llama-2-70b-chat+v1")])
    said = types("apply", PACKET, "--out", "mine.csv")
    assert said.code == 2 and "2 rollbacks are meant" in said.text
    assert said.advice == ("type", f"govern relabel apply {PACKET} --out mine.csv --context {CONTEXT}")
    assert types("apply", PACKET, "--out", "mine.csv", "--context", CONTEXT).code == 0
    assert types("apply", PACKET).code == 0
    said = types("verify", PACKET, "--format", "json")
    contexts = [each["context"] for each in said.json["data"]["rollbacks"]]
    assert contexts == [CONTEXT, f"{PACKET}-3"] and types.owed == []
    assert [step for _, step in types.events] == ["applied", "applied", "verified", "verified"]
    said = types("export", "--all", "--out", "all.csv", "--format", "json")
    assert {row["context"] for row in said.json["data"]["outcomes"]} == {None, *contexts}
    assert types.team.faults() == []


def test_what_stops_one_rollback_takes_nothing_from_another(types: Typist) -> None:
    types("apply", PACKET)
    go(types.team.jo.at("2026-11-17T02:20:00Z"), *PC)
    said = types("verify", PACKET)
    assert said.code == 1 and "the relabelling of packets/no-system-prompt#5 is settled" in said.text
    assert f"packets/{PACKET}#8 are not marked yet" in said.text.replace("\n  ", " ")
    assert said.advice == ("type", f"govern relabel apply {PACKET}")


def test_the_line_to_type_keeps_the_log(types: Typist) -> None:
    logged(types.folder, name="other log.csv")
    said = types("plan", PACKET, "--log", "other log.csv")
    assert said.advice == ("next", f"govern relabel apply {PACKET} --log 'other log.csv'")
    said = types("verify", PACKET, "--log", "other log.csv")
    assert said.advice == ("type", f"govern relabel apply {PACKET} --log 'other log.csv'")


def bare(rows: list[Any]) -> Callable[[Path], object]:
    return lambda folder: logged(folder, rows)


def without_a_column(folder: Path) -> None:
    write_csv(folder / LOG, NIGHT, [column for column in COLUMNS if column != "surface"])


def gone(folder: Path) -> None:
    (folder / LOG).unlink()


def as_it_is(_: Path) -> None:
    """The log of the night."""


AGAIN = f"govern relabel apply {PACKET} --log FILE"
# what lies there, what is typed -> exit code, a part of the refusal, the line to type
WRONG: dict[str, tuple[Callable[[Path], object], tuple[str, ...], int, str, str]] = {
    "no log": (gone, ("apply", PACKET), 2, "no file of decisions there", AGAIN),
    "a log that is not there": (
        as_it_is, ("apply", PACKET, "--log", "nope.csv"), 2, "nope.csv: No such file", AGAIN,
    ),
    "a column is missing": (without_a_column, ("apply", PACKET), 2, "has no column surface", AGAIN),
    "times with and without zone": (
        bare([*NIGHT, dict(LATE, decided_at="2026-11-17 02:20:00")]), ("apply", PACKET), 2,
        "decided_at names a zone in 10 decisions and none in 1", AGAIN,
    ),
    "a decision twice": (bare([*NIGHT, NIGHT[0]]), ("apply", PACKET), 2, "decision_id more than once", AGAIN),
    "no decision": (bare([]), ("apply", PACKET), 2, "has no decision", AGAIN),
    "another packet": (
        as_it_is, ("apply", "no-sistem-prompt"), 2, "nearest: no-system-prompt", "govern status",
    ),
    "never rolled back": (as_it_is, ("apply", TV), 2, f"{TV} was not rolled back", f"govern phase show {TV}"),
    "unknown context": (
        as_it_is, ("apply", PACKET, "--context", f"{PACKET}-9"), 2, f"has the context `{PACKET}-9`",
        f"govern relabel apply {PACKET} --context {CONTEXT}",
    ),
    "no form of a sidecar": (
        as_it_is, ("apply", PACKET, "--out", "x.txt"), 2, "written are Parquet (.parquet) and CSV (.csv)",
        f"govern relabel apply {PACKET} --out {FIRST}",
    ),
    "a sidecar into the log": (
        as_it_is, ("apply", PACKET, "--out", LOG), 2, "lies in the decision log",
        f"govern relabel apply {PACKET} --out {FIRST}",
    ),
    "nothing is marked": (
        as_it_is, ("verify", PACKET), 1, "are not marked yet", f"govern relabel apply {PACKET}",
    ),
    "outcomes of what is not marked": (
        as_it_is, ("export", PACKET, "--out", "out.csv"), 1, "are not marked: they would look like any other",
        f"govern relabel apply {PACKET} --context {CONTEXT}",
    ),
    "outcomes of nothing": (
        as_it_is, ("export", "--out", "out.csv"), 2, "Name a packet, or give --all",
        "govern relabel export --out out.csv --all",
    ),
    "outcomes of one and of all": (
        as_it_is, ("export", PACKET, "--all", "--out", "out.csv"), 2, "Name a packet, or give --all",
        f"govern relabel export {PACKET} --out out.csv",
    ),
    "outcomes into no file": (
        as_it_is, ("export", PACKET), 2, "missing option '--out'", f"govern relabel export {PACKET} --out FILE",
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", WRONG)
def test_a_wrong_turn_says_what_to_type_and_writes_nothing(types: Typist, case: str) -> None:
    lies, words, code, says, line = WRONG[case]
    lies(types.folder)
    before = types.team.tip(), types.files
    said = types(*words)
    assert said.code == code and says in " ".join(said.text.split())
    assert said.advice == ("type", line)
    assert (types.team.tip(), types.files) == before


@pytest.mark.parametrize("act", [Path.unlink, lambda path: path.write_bytes(b"mine")], ids=["gone", "edited"])
@pytest.mark.parametrize("words", [("verify", PACKET), ("export", PACKET, "--out", "o.csv")], ids=" ".join)
def test_a_sidecar_that_is_not_as_recorded_is_refused(
    types: Typist, act: Callable[[Path], object], words: tuple[str, ...]
) -> None:
    types("apply", PACKET)
    act(types.folder / FIRST)
    said = types(*words)
    assert said.code == 1 and said.advice[1].startswith(f"govern relabel apply {PACKET}")
    assert types("apply", PACKET, now="2026-11-17T02:41:00Z").code == 0
    assert types(*words).code == 0


def test_the_sidecar_marks_what_next_decided(types: Typist) -> None:
    types("apply", PACKET, "--out", "marked.csv")
    rows = (types.folder / "marked.csv").read_text("utf-8").splitlines()
    assert rows[0] == "decision_id,rollback_context,model_version_active,relabeled_at"
    assert sorted(rows[1:]) == [f"{name},{CONTEXT},{V2},{NOW}" for name in MARKED]
