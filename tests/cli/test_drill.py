"""Drills without a terminal: by files of answers, what they are worth, the week, a tabletop, and the update after."""

import re
import shutil
from pathlib import Path

import pytest
import yaml

from docs.starts import team_that_drills
from govern.domain.document import digest_of
from govern.report.drill_history import sparkline
from rehearsed import CARD, DONE, PACKAGE, make_team
from typed import Ended, Keyboard, Play
from workspaces import be, git, isolated

ANSWERS = "answers/2026-11-18.yaml"
RUN = ("drill", "run", CARD, "--answers", ANSWERS)
BY_ROUTE = "Hold new templates; route a checkpoint every 5 minutes"  # of what the second sheet is


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_team(tmp_path_factory.mktemp("team"))


@pytest.fixture(scope="module")
def drilled(made: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same, with the drill of the example recorded."""
    folder = tmp_path_factory.mktemp("drilled")
    shutil.copytree(made, folder / "team")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder / "team")
        patch.setenv("GOVERN_NOW", DONE)
        from govern.cli.app import main

        assert main(list(RUN)) == 0
    return folder / "team"


def at(made: Path, folder: Path, capsys: pytest.CaptureFixture[str], patch: pytest.MonkeyPatch) -> Keyboard:
    shutil.copytree(made, folder / "team")
    return Keyboard(folder / "team", capsys, patch)


@pytest.fixture
def fresh(
    made: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> Keyboard:
    """Nothing was drilled yet."""
    return at(made, tmp_path, capsys, monkeypatch)


@pytest.fixture
def after(
    drilled: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> Keyboard:
    """The drill of the example is recorded: 77."""
    return at(drilled, tmp_path, capsys, monkeypatch)


def said(ended: Ended) -> str:
    return " ".join(ended.text.split())


def edit(typed: Keyboard, path: str, old: str, new: str) -> None:
    place = typed.directory / path
    text = place.read_text("utf-8")
    assert old in text
    place.write_text(text.replace(old, new), "utf-8")


def merge(typed: Keyboard) -> None:
    git(typed.directory, "commit", "--quiet", "--all", "--message=Edit")


def test_drill_by_a_file_is_scored_and_audits(fresh: Keyboard) -> None:
    ended = fresh(*RUN, now=DONE)
    assert (ended.code, ended.advice[0]) == (0, "next")
    for words in (
        "=> TUNE",
        "score 77 of 100",
        "missing 3 handoff on time",
        "missing 10 jo = rule, 10 mara = jo",
        "the baseline is back in 7:20",
        f"packages/{PACKAGE}#1 drill_completed",
    ):
        assert words in said(ended)
    assert fresh.audited() == []


def test_dry_run_says_the_same_and_records_nothing(fresh: Keyboard) -> None:
    before = fresh.tip
    ended = fresh(*RUN, "--dry-run", now=DONE)
    assert ended.code == 0 and "score 77 of 100" in ended.text and fresh.tip == before


def test_json_gives_the_record(fresh: Keyboard) -> None:
    (record,) = fresh(*RUN, "--format", "json", now=DONE).json["data"]["records"]
    assert record["body"]["score"]["total"] == 77 and record["body"]["decision"]["outcome"] == "tune"


@pytest.mark.parametrize(
    ("words", "code", "line"),
    [
        (("run", CARD), 2, f"govern new answers {CARD}"),
        (("run", CARD, "--answers", ANSWERS, "--resume"), 2, "govern drill run --help"),
        (
            ("run", "ownership-l2-reopen", "--answers", ANSWERS),
            1,
            f"govern drill run {CARD} --answers {ANSWERS}",
        ),
        (("brief", "integrity-l2-mixd"), 2, None),
        (("score", "integrity-l3"), 2, None),
        (("history", "integrity-l3"), 2, None),
        (("simulate", CARD), 2, f"govern drill simulate {CARD} --noise mismatch_rate=0.1"),
        (
            ("simulate", CARD, "--noise", "mismatch=1"),
            2,
            f"govern drill simulate {CARD} --noise mismatch_rate=1",
        ),
        (("simulate", CARD, "--noise", "mismatch_rate=-1"), 2, None),
        (("simulate", CARD, "--noise", "mismatch_rate=much"), 2, None),
        (("tabletop", "ranker-v12"), 2, "govern drill tabletop ranker-v12 --near-miss SENTENCE"),
        (("tabletop", "ranker-v13", "--near-miss", "x"), 2, None),
    ],
)
def test_refusals_end_with_a_line_to_type(
    words: tuple[str, ...], code: int, line: str | None, fresh: Keyboard
) -> None:
    ended = fresh("drill", *words, now=DONE)
    assert (ended.code, ended.advice[0]) == (code, "type")
    assert ended.text.startswith("refused: ") and line in (None, ended.advice[1])


@pytest.mark.parametrize(
    ("path", "old", "new", "kind"),
    [
        (f"governance/cards/{CARD}.yaml", "becomes: 13.2", "becomes: 13.4", "card"),
        (f"governance/packages/{PACKAGE}.yaml", "Hold new templates", BY_ROUTE, "package"),
    ],
)
def test_answers_to_what_has_changed_since_say_when_and_by_whom(
    path: str, old: str, new: str, kind: str, fresh: Keyboard, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = digest_of((fresh.directory / path).read_bytes())[7:15]
    edit(fresh, path, old, new)
    monkeypatch.setenv("GIT_COMMITTER_DATE", "2026-11-19T08:00:00Z")
    merge(fresh)
    monkeypatch.delenv("GIT_COMMITTER_DATE")
    after = digest_of((fresh.directory / path).read_bytes())[7:15]
    ended = fresh(*RUN, now=DONE)
    assert (ended.code, ended.advice) == (1, ("type", f"govern new answers {CARD}"))
    first, second, _ = ended.lines
    assert first == f"refused: answers to {kind} {before}; the {kind} has been {after} since 11-19"
    name = PACKAGE if kind == "package" else CARD
    assert re.fullmatch(rf'  {name} was changed by [0-9a-f]{{7}} "Edit" \(mara\)', second)


def test_waiting_without_a_window_is_refused_with_the_words_to_write(fresh: Keyboard) -> None:
    edit(fresh, ANSWERS, "jo: {decision: keep}\nrollback", "jo: {decision: wait}\nrollback")
    ended = fresh(*RUN, now=DONE)
    assert (ended.code, ended.lines) == (
        1,
        [
            "refused: jo decided `wait` without a window and a metric",
            "write: decisions.jo: {decision: wait, window: P1D, metric: mismatch_rate}",
            f"type: govern {' '.join(RUN)}",
        ],
    )


def test_decision_without_the_values_that_decide_is_refused_with_the_line_to_write(fresh: Keyboard) -> None:
    edit(fresh, ANSWERS, "{mismatch_rate: 1.8, latency_change: 13.2}", "{mismatch_rate: 1.8}")
    ended = fresh(*RUN, now=DONE)
    assert (ended.code, ended.lines) == (
        1,
        [
            "refused: nothing was measured for latency_change: the criteria decide by it",
            "write: measured: {latency_change: NUMBER}",
            f"type: govern {' '.join(RUN)}",
        ],
    )


def test_who_records_the_drill_of_two_others_is_named(fresh: Keyboard) -> None:
    be(fresh.directory, "kim")
    assert "recorded by kim" in fresh(*RUN, now=DONE).lines
    be(fresh.directory, "mara")
    assert "recorded by" not in fresh("drill", "score", PACKAGE, now=DONE).text


def test_way_back_that_a_drill_walked_counts_at_the_gate(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        for name, value in isolated(tmp_path / "home").items():
            patch.setenv(name, value)
        (tmp_path / "start").mkdir()
        team_that_drills(tmp_path / "start")
    typed = Keyboard(tmp_path / "start/mara", capsys, monkeypatch)
    ended = typed(*RUN, now=DONE)
    assert ended.code == 0 and "packets/ranker-v12#" in said(ended) and "rehearsal_held" in said(ended)
    gate = typed("phase", "check", "ranker-v12", "--verbose", now=DONE)
    assert re.search(r"passed +rehearsed +held: drill, 2026-11-20", gate.text), gate.text
    assert typed.audited() == []


def test_package_that_turns_to_another_surface_is_found_and_does_not_lose_its_walk(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.MonkeyPatch.context() as patch:
        for name, value in isolated(tmp_path / "home").items():
            patch.setenv(name, value)
        (tmp_path / "start").mkdir()
        team_that_drills(tmp_path / "start")
        be(tmp_path / "start/mara", "mara")
    typed = Keyboard(tmp_path / "start/mara", capsys, monkeypatch)
    path = f"governance/packages/{PACKAGE}.yaml"
    edit(typed, path, "surface: ranking", "surface: answers")
    found = typed("validate", now=DONE)
    assert found.code == 1 and "GOV-PKG-004" in found.text and "Write: surface: ranking" in said(found)
    digest = digest_of((typed.directory / path).read_bytes())
    sheet = (typed.directory / ANSWERS).read_text("utf-8")
    edit(typed, ANSWERS, yaml.safe_load(sheet)["package_digest"], digest)
    merge(typed)
    git(typed.directory, "push", "--quiet")
    ended = typed(*RUN, now=DONE)
    assert ended.code == 0 and "ranker-v12 taken back on a clone" in said(ended), ended.text
    assert typed.audited() == []


def test_sheets_of_two_owners_are_one_drill(fresh: Keyboard) -> None:
    value = yaml.safe_load((fresh.directory / ANSWERS).read_text("utf-8"))
    for owner in ("mara", "jo"):
        own = {name: {owner: value[name][owner]} for name in ("decisions_before", "decisions")}
        sheet = yaml.safe_dump(value | own, sort_keys=False)
        (fresh.directory / f"{owner}.yaml").write_text(sheet, "utf-8")
    ended = fresh("drill", "run", CARD, "--answers", "mara.yaml", "--answers", "jo.yaml", now=DONE)
    assert ended.code == 0 and "score 77 of 100" in ended.text


def test_blank_answers_are_bound_to_the_card(fresh: Keyboard) -> None:
    for day in (1, 2):
        assert fresh("new", "answers", CARD, now=DONE).code == 0, day
    assert fresh("new", "answers", CARD, now=DONE).code == 1
    ended = fresh("drill", "run", CARD, "--answers", "answers/2026-11-20.yaml", now=DONE)
    assert (ended.code, ended.advice) == (1, ("type", "govern validate answers/2026-11-20.yaml"))


def test_brief_holds_all_that_an_owner_needs_on_a_page(fresh: Keyboard) -> None:
    ended = fresh("drill", "brief", CARD, now=DONE)
    assert ended.advice == ("next", f"govern drill run {CARD}") and len(ended.lines) <= 40
    for words in (
        "mixed signal, severity high",
        "limit 45:00",
        "mismatch_rate 1.3 % -> 3 %",
        "rollback mismatch_rate at least 2 or latency_change above 15",
        "1 Turn on the strict snapshot gate",
        "3 Template block size 64",
        "release (mara) -> analytics (kim +00 555 0103), within 3:00",
        "latency_change 0 % -> 13.2 %",
        "3 Release held templates; Turn it off",
        "4 Restore the baseline's size",
        "within 10:00",
        "never drilled",
    ):
        assert words in said(ended)


def test_score_names_what_is_missing(after: Keyboard) -> None:
    for name in (PACKAGE, CARD):
        ended = after("drill", "score", name, now="2026-11-21T09:00:00Z")
        assert "score 77 of 100" in ended.text and "missing 3 handoff on time" in said(ended)
    data = after("drill", "score", PACKAGE, "--format", "json", now="2026-12-30T09:00:00Z").json["data"]
    assert data["score"] == 0 and "zero" in data["caps"] and data["raw"] == 77


def test_week_is_done_when_it_was_run_and_published(after: Keyboard, fresh_week: Play) -> None:
    before = fresh_week("drill", "week", "--check", now="2026-11-18T09:00:00Z")
    assert before.code == 1 and "MISSING: 1" in before.text and "no mixed signal" in before.text
    assert before.advice == ("next", f"govern drill brief {CARD}")
    wednesday = after("drill", "week", now=DONE)
    assert "1 of 1 rehearsals" in wednesday.text and "publish MISSING" in said(wednesday)
    assert "high risk 2026-12-15 to 2027-01-05, winter-event: two rehearsals a week" in said(wednesday)
    assert wednesday.advice == ("next", "govern drill week --publish")
    published = after("drill", "week", "--publish", now="2026-11-20T17:00:00Z")
    assert f"{PACKAGE} 77 of 100" in said(published)
    done = after("drill", "week", "--check", now="2026-11-20T18:00:00Z")
    assert (done.code, done.advice) == (0, ("next", f'govern package update {PACKAGE} --retained "..."'))
    risky = after("drill", "week", "--format", "json", now="2026-12-16T09:00:00Z").json["data"]
    assert (risky["owed"], risky["risk"]) == (2, "winter-event")
    assert after.audited() == []


@pytest.fixture
def fresh_week(
    made: Path,
    tmp_path_factory: pytest.TempPathFactory,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> Keyboard:
    return at(made, tmp_path_factory.mktemp("week"), capsys, monkeypatch)


def test_update_settles_and_the_same_card_shows_week_over_week(after: Keyboard) -> None:
    none = after("package", "update", PACKAGE, "--retained", "the gate", "--refined", "x", now=DONE)
    assert none.code == 1 and "stands as it was drilled" in none.text
    edit(after, f"governance/packages/{PACKAGE}.yaml", "Hold new templates", BY_ROUTE)
    merge(after)
    words = ("--retained", "the strict gate", "--refined", "checkpoints by route")
    update = after("package", "update", PACKAGE, *words, now="2026-11-23T09:00:00Z")
    assert update.code == 0 and "changed: actions" in update.text
    assert f"settled: what packages/{PACKAGE}#1 owed" in update.text
    assert update.advice == ("next", f"govern drill run {CARD}")
    week = after("drill", "week", now="2026-11-23T09:05:00Z")
    assert f"select {CARD}, the same card again" in said(week)
    again = after(*RUN[:3], "--answers", "answers/2026-11-25.yaml", now="2026-11-25T15:00:00Z")
    assert "77 -> 100, +23" in again.text
    history = after("drill", "history", "--plot", "trend.svg", now="2026-11-25T16:00:00Z")
    assert "77 100 ▇█ +23" in history.text
    picture = (after.directory / "trend.svg").read_text("utf-8")
    assert picture.count("<circle") == 2 and "week of 2026-11-23: 100" in picture
    data = after("drill", "history", PACKAGE, "--format", "json", now="2026-11-25T16:00:00Z").json["data"]
    assert [week["delta"] for week in data["packages"][PACKAGE]["weeks"]] == [None, 23]
    assert after.audited() == []


def test_simulation_is_the_same_for_the_same_seed(fresh: Keyboard) -> None:
    words = ("drill", "simulate", CARD, "--noise", "mismatch_rate=0.2", "--noise", "latency_change=2")
    one, two, other = (
        fresh(*words, "--runs", "2000", "--seed", seed, "--format", "json", now=DONE).json["data"]
        for seed in ("7", "7", "8")
    )
    assert one == two and one["outcomes"] != other["outcomes"]
    assert sum(one["outcomes"].values()) == 2000 and one["nominal"]["outcome"] == "tune"
    assert "the rule says tune in" in fresh(*words, "--value", "mismatch_rate=1.9", now=DONE).text


NEAR = "timestamp,value,cohort_key\n" + "".join(
    f"2026-11-10T00:{minute:02}:00Z,{value},xr-na\n"
    for minute, value in ((0, 2.9), (5, 3.4), (10, {}), (15, 2.8))
).replace("{}", "3.6")
TABLETOP = (
    "drill", "tabletop", "ranker-v12", "--near-miss", "XR peaked, and nobody saw it", "--took", "4:20",
    "--missing", "runbook.thresholds,gates.soak,gates.kpi_score",
)  # fmt: skip


def test_tabletop_runs_the_triggers_and_counts_as_rehearsal(fresh: Keyboard) -> None:
    (fresh.directory / "near.csv").write_text(NEAR, "utf-8")
    ended = fresh(*TABLETOP, "--series", "xr-dislocation=near.csv", now=DONE)
    assert ended.code == 0, ended.text
    assert "FIRES in window 3 of 4 for xr-na, then rollback (jo)" in said(ended)
    assert "rank-shift" in ended.text and "earliest" in ended.text
    assert "mock rollback 4:20" in ended.text and "4 cohorts back on the frozen baseline" in said(ended)
    assert "governance/templates/packet.yaml" in ended.text and "thresholds:" in ended.text
    shown = fresh("show", "packets/ranker-v12#1", "--format", "json", now=DONE).json["data"]
    assert "tabletop" in str(shown) and "XR peaked, and nobody saw it" in str(shown)
    assert fresh.audited() == []


@pytest.mark.parametrize(
    ("words", "said_"),
    [
        (("--missing", "gates.soak,gates.kpi_score"), "three fields"),
        (("--missing", "gates.soak,gates.kpi_score,gates.soak"), "three fields"),
        (("--missing", "gates.soak,gates.kpi_score,runbook"), "has `runbook`"),
        (("--missing", "gates.soak,gates.kpi_score,runbook.treshold"), "nearest: runbook.thresholds"),
        (("--missing", "zzz.a,zzz.b,zzz.c"), "no packet has a field `zzz.a`"),
        (("--took", "4m"), "minutes and seconds"),
        (("--series", "near.csv"), "TRIGGER=FILE"),
        (("--series", "xr-dislocatoin=near.csv"), "no trigger `xr-dislocatoin`"),
        (("--series", "xr-dislocation=none.csv"), "none.csv"),
    ],
)
def test_tabletop_refuses_what_does_not_fit(words: tuple[str, str], said_: str, fresh: Keyboard) -> None:
    (fresh.directory / "near.csv").write_text(NEAR, "utf-8")
    line = list(TABLETOP)
    if words[0] in line:
        place = line.index(words[0])
        line[place : place + 2] = words
    else:
        line += words
    before = fresh.tip
    ended = fresh(*line, now=DONE)
    assert ended.code in (1, 2) and said_ in said(ended) and fresh.tip == before


@pytest.mark.parametrize(("scores", "line"), [([0, 50, 100], "▁▅█"), ([], ""), ([77], "▇")])
def test_sparkline_has_a_block_a_score(scores: list[int], line: str) -> None:
    assert sparkline(scores) == line
