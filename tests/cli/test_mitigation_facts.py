"""`govern mitigation observe` and `replay`: figures, records, what is left out, and how it ends."""

from pathlib import Path

import pytest

from mitigated import COHORT, LANE, NOW, day, in_mitigation, log_of
from typed import Ended, Keyboard, copied

SATURDAY, SUNDAY = "2026-11-21/P1D", "2026-11-22/P1D"
HEADER = (
    "decision_id,passed,route_expected,route_seen,route_critical,owner_mutation,"
    "side_effect_class,side_effect_severity,pack,build,cohort_key"
)


@pytest.fixture(scope="session")
def entered(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return in_mitigation(tmp_path_factory.mktemp("mitigated"))


@pytest.fixture
def typed(
    entered: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> Keyboard:
    return Keyboard(copied(entered, tmp_path), capsys, monkeypatch)


def observe(typed: Keyboard, *more: str, now: str = NOW) -> Ended:
    return typed("mitigation", "observe", COHORT, *more, now=now)


def stable(typed: Keyboard, what: str, *more: str, now: str = "2026-11-20T16:00:00Z") -> Ended:
    return observe(typed, "--stable", what, "--build", "b1", *more, now=now)


def steady(typed: Keyboard) -> None:
    """The first stable startup and interaction, an hour after entry."""
    assert stable(typed, "startup").code == stable(typed, "interaction").code == 0


def results(typed: Keyboard, name: str, n: int = 40, wrong: int = 0, *, pack: str = "store-patch") -> str:
    rows = [
        f"{name}{k},true,primary,{'fallback' if k < wrong else 'primary'},true,none,,,{pack},b1,{COHORT}"
        for k in range(n)
    ]
    other = f"x,true,primary,primary,true,none,,,{pack},b1,somebody-else"
    (typed.directory / f"{name}.csv").write_text("\n".join([HEADER, *rows, other, ""]), "utf-8")
    return f"{name}.csv"


def replay(typed: Keyboard, file: str, *more: str, now: str = NOW) -> Ended:
    return typed("mitigation", "replay", COHORT, "--results", file, *more, now=now)


def test_startup_and_interaction_are_recorded_in_their_order(typed: Keyboard) -> None:
    early = stable(typed, "interaction")
    line = f"govern mitigation observe {COHORT} --stable startup --build b1"
    assert early.code == 1 and early.advice == ("type", line)
    (typed.directory / "first.txt").write_text("up after 4 s\n", "utf-8")
    dry = stable(typed, "startup", "--evidence", "first.txt", "--dry-run")
    assert dry.code == 0 and "would record first_stable_startup_observed" in dry.text
    done = stable(typed, "startup", "--evidence", "first.txt")
    assert done.code == 0 and done.lines[0] == f"{LANE}, attempt 1: stable startup of b1"
    assert done.advice[1].startswith(f"govern mitigation observe {COHORT} --stable interaction")
    assert stable(typed, "startup").code == 1 and "already" in stable(typed, "startup").text
    assert "attempt 1, b1" in typed("log").text
    assert typed.audited() == []


def test_signals_of_every_window_since_entry_are_measured_and_recorded(typed: Keyboard) -> None:
    steady(typed)
    log_of(typed.directory, [
        *day("20", 12, 500, start=10_000, route="fallback", side_effect_class=["seen-before"]),
        *day("20", 18, 210, start=1_000, first_interaction=["ok"] * 20),
        *day("21", 9, 400, start=2_000, route=["fallback"] * 32, owner_mutation=["rejected"],
             first_interaction=["ok"] * 25 + ["regressed"], side_effect_class=["seen-before", "overlap"]),
        *day("22", 9, 250, start=3_000, first_interaction=["ok"] * 21),
    ])  # fmt: skip
    done = observe(typed, "--log", "log.csv", "--format", "json")
    said = {
        (row["window"][:10], row["kpi"]): (row["n"], row["value"], row["outcome"])
        for record in done.json["data"]["records"]
        for row in record["body"]["signals"]
    }
    assert done.code == 1 and len(said) == 12
    assert said["2026-11-20", "fallback-route-persistence"] == (210, 0, "passed"), (
        "what was before entry counts not"
    )
    assert said["2026-11-21", "fallback-route-persistence"] == (400, 8, "warning")
    assert said["2026-11-21", "owner-mutation-rejections"] == (400, 1, "warning")
    assert said["2026-11-21", "first-interaction-regressions"] == (26, 1, "warning")
    assert said["2026-11-21", "side-effect-emergence"] == (400, 2.5, "failed"), (
        "what was seen before is not new"
    )
    assert said["2026-11-22", "side-effect-emergence"] == (250, 0, "passed")


def test_signal_beyond_its_critical_band_is_recorded_and_blocks(typed: Keyboard) -> None:
    steady(typed)
    log_of(typed.directory, day("21", route=["fallback"] * 90, first_interaction=["ok"] * 30))
    dry = observe(typed, "--log", "log.csv", "--dry-run")
    assert dry.code == 1 and "would be BLOCKED: fallback-route-persistence 30, above 20" in dry.text
    done = observe(typed, "--log", "log.csv")
    assert done.code == 1 and "recorded; BLOCKED: fallback-route-persistence 30, above 20" in done.text
    assert done.advice == ("type", f'govern mitigation contain {COHORT} --finding "..."')
    assert any(
        line.split()[:4] == [SATURDAY, "fallback-route-persistence", "300", "30"] for line in done.lines
    )
    assert stable(typed, "startup", now=NOW).code == 1
    assert typed.audited() == []


def test_only_what_is_new_is_measured_again(typed: Keyboard) -> None:
    steady(typed)
    first = ["ok"] * 30
    rows = [*day("21", first_interaction=first), *day("22", start=5_000, count=200, first_interaction=first)]
    log_of(typed.directory, rows)
    assert observe(typed, "--log", "log.csv").code == 0
    same = observe(typed, "--log", "log.csv")
    assert same.code == 0 and same.lines[0].startswith("nothing new: every signal of public-01")
    log_of(typed.directory, [*rows, *day("22", 11, 100, start=9_000, first_interaction=["ok"] * 5)])
    more = observe(typed, "--log", "log.csv")
    assert more.code == 0 and SUNDAY in more.text and SATURDAY not in more.text
    late = [*rows, *day("21", 11, 100, start=9_000)]
    log_of(typed.directory, late)
    again = observe(typed, "--log", "log.csv", "--since", "2026-11-21")
    assert SATURDAY in again.text and "400" in again.text
    assert typed.audited() == []


def test_column_that_is_missing_leaves_its_signal_unobserved_and_says_so(typed: Keyboard) -> None:
    log_of(typed.directory, day("21"), ("route",))
    done = observe(typed, "--log", "log.csv")
    assert done.code == 4
    text = " ".join(done.text.split())
    assert "owner-mutation-rejections: log.csv has no column owner_mutation" in text
    assert "first-interaction-regressions: attempt 1 of public-01 has no first stable interaction yet" in text
    assert "decisions to 2026-11-21T09:04:59Z" in text
    (typed.directory / "log.csv").unlink()
    log_of(typed.directory, day("21"), ())
    none = observe(typed, "--log", "log.csv")
    assert none.code == 2 and "no signal was observed" in none.text
    assert "--signal KPI=VALUE" in none.advice[1]


def test_word_that_nobody_can_read_leaves_that_signal_out_alone(typed: Keyboard) -> None:
    log_of(typed.directory, day("21", route=["sideways"]))
    done = observe(typed, "--log", "log.csv")
    assert done.code == 4 and "route of log.csv cannot be counted in 1 decision" in " ".join(
        done.text.split()
    )
    assert "owner-mutation-rejections" in done.text


def test_figure_by_hand_has_a_file_that_shows_it(typed: Keyboard) -> None:
    (typed.directory / "board.png").write_bytes(b"seen")
    figure = ("--signal", "owner-mutation-rejections=2")
    line, shown = (*figure, "--n", "900"), ("--evidence", "board.png")
    assert observe(typed, *line).advice[1].endswith("--evidence FILE")
    assert observe(typed, *figure, *shown).advice[1].endswith("--n N")
    done = observe(typed, *line, *shown, "--window", "2026-11-21")
    assert done.code == 0
    assert any(said.split()[:4] == [SATURDAY, "owner-mutation-rejections", "900", "2"] for said in done.lines)
    slip = observe(typed, "--signal", "owner-mutation-rejection=2", "--n", "9", *shown)
    assert slip.code == 2 and "owner-mutation-rejections" in slip.advice[1]
    assert observe(typed, "--signal", "owner-mutation-rejections=lots", "--n", "9", *shown).code == 2
    future = observe(typed, *line, "--evidence", "board.png", "--window", "2026-12-24")
    assert future.code == 2 and "is no window of public-01" in " ".join(future.text.split())
    assert typed.audited() == []


@pytest.mark.parametrize("words", [
    ("--stable", "startup"),
    ("--stable", "shutdown", "--build", "b1"),
    ("--stable", "startup", "--build", "b1", "--log", "log.csv"),
    ("--signal", "owner-mutation-rejections=2", "--source", "metrics"),
    ("--n", "7"),
    ("--source", "metrics"),
    ("--source", "metrics", "--log", "log.csv"),
    ("--log", "nowhere.csv"),
    ("--stable", "startup", "--build", "b1", "--evidence", "nowhere.txt"),
])  # fmt: skip
def test_words_that_do_not_fit_are_refused_with_a_line_to_type(
    typed: Keyboard, words: tuple[str, ...]
) -> None:
    before = typed.tip
    refused = observe(typed, *words)
    assert refused.code == 2 and refused.advice[0] == "type" and typed.tip == before


def test_replay_says_its_figures_the_confidence_and_how_far_the_window_is(typed: Keyboard) -> None:
    file = results(typed, "a")
    dry = replay(typed, file, "--dry-run")
    assert dry.code == 0 and "would record replay_completed" in dry.text
    done = replay(typed, file)
    assert done.code == 0
    assert done.lines[0].startswith("40 of 40 passed; mismatches 0 critical, 0 other")
    assert "confidence  0.912, all of b1 so far" in done.lines
    assert "left out    1 row of other cohorts or of none" in done.lines
    assert f"window      {SUNDAY}: 1 of 2 packs; lacking first-interaction" in done.lines
    again = replay(typed, file)
    assert again.code == 1 and "recorded already as lanes/public#" in again.text
    second = replay(typed, results(typed, "b", pack="first-interaction"))
    assert f"window      {SUNDAY}: 2 of 2 packs" in second.lines
    assert "store-patch of b1: 40 of 40 passed" in " ".join(typed("log").text.split())
    assert typed.audited() == []


def test_replay_worse_than_the_first_is_recorded_and_blocks(typed: Keyboard) -> None:
    replay(typed, results(typed, "a"))
    done = replay(typed, results(typed, "b", wrong=3), "--format", "json")
    answer = done.json
    assert (done.code, answer["verdict"]) == (1, "failed")
    worse = [{"criterion": "route-match", "value": 0.075, "limit": 0}]
    assert answer["data"]["records"][0]["body"]["regressive"] == worse
    assert answer["data"]["type"] == f'govern mitigation contain {COHORT} --finding "..."'
    text = " ".join(replay(typed, results(typed, "c", wrong=1)).text.split())
    assert "recorded; BLOCKED: route-match 0.025, at entry 0" in text
    assert typed.audited() == []


def test_results_with_faults_are_refused_with_every_fault_and_nothing_is_recorded(typed: Keyboard) -> None:
    before = typed.tip
    (typed.directory / "bad.csv").write_text(f"{HEADER}\nd1,maybe,,x,true,none,,,p,b1,{COHORT}\n", "utf-8")
    refused = replay(typed, "bad.csv")
    assert refused.code == 1 and refused.advice == ("type", "govern explain GOV-EVD-019")
    assert refused.text.count("GOV-EVD-019") == 3 and typed.tip == before
    assert typed("explain", "GOV-EVD-019").code == 0
    assert replay(typed, "nowhere.csv").code == 2


def test_pack_and_build_that_the_file_does_not_say_are_typed(typed: Keyboard) -> None:
    file = typed.directory / results(typed, "store-path")
    rows = [",".join(line.split(",")[:8]) for line in file.read_text("utf-8").splitlines()]
    file.write_text("\n".join([*rows, ""]), "utf-8")
    lacking = replay(typed, file.name, "--build", "b1")
    assert lacking.code == 2 and lacking.advice[1].endswith("--pack store-patch")
    assert replay(typed, file.name, "--pack", "store-patch").advice[1].endswith("--build BUILD")
    other = replay(typed, file.name, "--pack", "store-path", "--build", "b1")
    assert other.code == 2 and "--pack store-patch" in other.advice[1]
    assert replay(typed, file.name, "--pack", "store-patch", "--build", "b1").code == 0


def test_nobody_in_a_lane_is_refused(typed: Keyboard) -> None:
    for line in (("replay", "nobody", "--results", results(typed, "a")), ("observe", "nobody")):
        refused = typed("mitigation", *line, now=NOW)
        assert refused.code == 2 and "no mitigation lane `nobody`" in refused.text


def test_facts_may_be_claimed_and_wait_in_a_clone(typed: Keyboard) -> None:
    done = replay(typed, results(typed, "a"), "--actor", "ana", "--offline")
    assert done.code == 0, "without a remote offline says nothing"
    assert "(claimed)" in typed("log").text and typed.audited() == []
