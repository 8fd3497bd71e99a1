"""`govern phase`: what a border says, whose turn it is, and what passing it writes."""

from pathlib import Path

import pytest

from typed import MARCH_TO_JUNE, PASSING, Keyboard, copied, explain, into_shadow, measure, seven_cohorts

TABLE = """\
gpt35-june   shadow -> canary                           delta in points of score
cohort                    n   prev   next  delta  pass->fail  verdict
code_generation          50  0.460  0.480   +2.0      20.0 %  inconclusive
composite               500  0.844  0.656  -18.8       4.2 %  FAILED
happy_numbers           500  0.306  0.482  +17.6      15.0 %  FAILED
opinion_survey        1,506  0.943  0.967   +2.4       2.5 %  passed (warning)
prime                   500  0.148  0.868  +72.0       5.0 %  passed (warning)
sensitive_direct        100  0.980  0.920   -6.0       6.0 %  FAILED
sensitive_jailbreak     100  0.000  0.040   +4.0       0.0 %  passed
ALL, decides nothing         0.673  0.792  +11.9       5.4 %  3,256 pairs
 FAILED  shadow_bands  limits: delta -3 points, pass->fail 5 %, n 100
   would flip: code_generation 50 pairs more; composite +15.8 points;
     happy_numbers 50 of its 75 flips; sensitive_direct +3 points and 1 of its 6
     flips
 FAILED  explained     6 of 7 cohorts have losses without an explanation
 passed  8 more (-v)
 n/a     mitigation_debt, package_confidence
refused. With the three that pass, once their losses are explained:
type: govern phase advance gpt35-june --to canary --only opinion_survey,prime,sensitive_jailbreak
"""


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return seven_cohorts(tmp_path_factory.mktemp("seven"))


@pytest.fixture
def typed(
    made: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Keyboard:
    return Keyboard(copied(made, tmp_path), capsys, monkeypatch)


@pytest.fixture
def measured(typed: Keyboard) -> Keyboard:
    into_shadow(typed)
    measure(typed)
    return typed


def test_check_shows_cohorts_limits_and_what_would_flip_when_some_fail(measured: Keyboard) -> None:
    said = measured("phase", "check", MARCH_TO_JUNE, who="mara")
    assert (said.code, said.text) == (1, TABLE)


def test_advance_refuses_with_the_same_screen_as_check(measured: Keyboard) -> None:
    before = measured.tip
    said = measured("phase", "advance", MARCH_TO_JUNE, "--to", "canary", "--yes", who="mara")
    assert (said.code, said.text) == (1, TABLE)
    assert measured.tip == before


def test_check_gives_verdicts_rows_and_the_line_when_json_is_asked(measured: Keyboard) -> None:
    said = measured("phase", "check", MARCH_TO_JUNE, "--format", "json", who="mara")
    answer = said.json
    assert said.code == 1 and set(answer) == {"command", "ok", "verdict", "findings", "data"}
    assert (answer["command"], answer["ok"], answer["verdict"]) == ("phase check", False, "refused")
    bands = next(v for v in answer["data"]["verdicts"] if v["check"] == "shadow_bands")
    assert bands["cohorts"] == {
        "code_generation": "inconclusive",
        "composite": "failed",
        "happy_numbers": "failed",
        "sensitive_direct": "failed",
    }
    assert answer["data"]["type"].endswith(f"--only {PASSING}")
    assert answer["data"]["dossier"].startswith("sha256:") and len(answer["data"]["cohorts"]) == 7


def test_check_leads_to_explaining_when_only_explanations_are_missing(measured: Keyboard) -> None:
    said = measured("phase", "check", MARCH_TO_JUNE, "--only", PASSING, who="mara")
    assert said.code == 1 and said.advice == ("type", f"govern evidence explain {MARCH_TO_JUNE}")
    assert " passed  shadow_bands  3 of 3 cohorts in band, with warnings" in said.lines
    assert " limits: delta -3 points, pass->fail 5 %, n 100" in said.lines


@pytest.mark.parametrize("command", ["check", "advance"])
def test_border_names_who_types_when_an_approval_of_others_is_missing(typed: Keyboard, command: str) -> None:
    more = ("--yes",) if command == "advance" else ()
    said = typed("phase", command, MARCH_TO_JUNE, "--to", "shadow", *more, who="lee")
    assert said.code == 1
    assert said.lines[-2:] == [
        "refused. It is mara's turn:",
        f"mara types: govern phase advance {MARCH_TO_JUNE} --to shadow",
    ]


def test_check_of_a_draft_shows_every_check_and_the_line_that_passes_it(typed: Keyboard) -> None:
    said = typed("phase", "check", MARCH_TO_JUNE, who="mara")
    assert said.code == 0 and said.lines[-2] == "9 of 9 passed"
    assert len([line for line in said.lines if line.startswith(" passed ")]) == 9
    assert said.advice == ("next", f"govern phase advance {MARCH_TO_JUNE} --to shadow")


def test_advance_binds_those_named_and_says_who_is_left(measured: Keyboard) -> None:
    explain(measured, "prime")
    explain(measured, "opinion_survey")
    line = ("phase", "advance", MARCH_TO_JUNE, "--to", "canary", "--only", PASSING, "--yes")
    said = measured(*line, who="mara")
    assert said.code == 0
    assert said.lines[0] == "gpt35-june   shadow -> canary     10 of 10 passed (all: -v)"
    told = " ".join(said.text.split())
    assert "opinion_survey prime sensitive_jailbreak 10 % on answers-b2, 90 % on answers-b1" in told
    assert "left on answers-b1: code_generation composite happy_numbers sensitive_direct" in told
    assert measured.audited() == []


def test_advance_passes_a_border_once_when_the_same_line_is_typed_twice(typed: Keyboard) -> None:
    into_shadow(typed)
    before = typed.tip
    said = typed("phase", "advance", MARCH_TO_JUNE, "--to", "shadow", "--yes", who="kim")
    assert said.code == 1 and "is in shadow already: mara advanced it at" in said.text
    assert said.advice == ("type", f"govern phase show {MARCH_TO_JUNE}") and typed.tip == before


def test_advance_shows_all_and_writes_nothing_when_dry(typed: Keyboard) -> None:
    before = typed.tip
    line = ("phase", "advance", MARCH_TO_JUNE, "--to", "shadow")
    said = typed(*line, "--dry-run", who="mara")
    assert said.code == 0 and typed.tip == before
    assert "dry run: would record phase_advanced packets/gpt35-june#1" in said.text
    assert said.advice == ("next", "govern " + " ".join(line))


def test_advance_gives_one_object_when_json_is_asked(typed: Keyboard) -> None:
    said = typed("phase", "advance", MARCH_TO_JUNE, "--to", "shadow", "--yes", "--format", "json", who="mara")
    answer = said.json
    assert said.code == 0 and answer["ok"] and answer["findings"] == []
    assert answer["data"]["word"] == "PUBLISHED" and answer["data"]["commit"] == typed.tip
    events = [record["event"] for record in answer["data"]["records"]]
    assert events == ["phase_advanced/1", "rehearsal_held/1", "baseline_verified/1"]


@pytest.mark.parametrize(
    ("given", "line"),
    [
        ((), "--to shadow --yes"),
        (("--to", "shadow"), "--to shadow --yes"),
        (("--to", "shadow", "--format", "json"), "--to shadow --format json --yes"),
    ],
)
def test_advance_wants_a_whole_line_without_a_terminal(
    typed: Keyboard, given: tuple[str, ...], line: str
) -> None:
    before = typed.tip
    said = typed("phase", "advance", MARCH_TO_JUNE, *given, who="mara")
    assert said.code == 2 and typed.tip == before
    given_line = said.json["data"]["type"] if "json" in given else said.advice[1]
    assert given_line == f"govern phase advance {MARCH_TO_JUNE} {line}"


def test_extend_widens_the_share_of_who_is_in_canary(measured: Keyboard) -> None:
    explain(measured, "prime")
    measured("phase", "advance", MARCH_TO_JUNE, "--to", "canary", "--only", "prime", "--yes", who="mara")
    said = measured("phase", "extend", MARCH_TO_JUNE, "--percent", "30", "--yes", who="mara")
    assert said.code == 0 and ": prime at 30 %" in said.text
    refused = measured("phase", "extend", MARCH_TO_JUNE, "--cohort", "composite", "--yes", who="mara")
    assert refused.code == 1 and " FAILED  shadow_bands" in refused.text
    assert measured.audited() == []


def test_show_says_where_a_packet_stands(measured: Keyboard) -> None:
    said = measured("phase", "show", MARCH_TO_JUNE)
    assert said.code == 0 and said.lines[0] == f"{MARCH_TO_JUNE}   shadow"
    assert " evidence  packets/gpt35-june#3" in said.lines
    data = measured("phase", "show", MARCH_TO_JUNE, "--format", "json").json["data"]
    assert data["phase"] == "shadow" and set(data["cohorts"].values()) == {"out"}


def test_border_to_wide_says_from_when_it_can_be_passed(measured: Keyboard) -> None:
    explain(measured, "prime")
    measured("phase", "advance", MARCH_TO_JUNE, "--to", "canary", "--only", "prime", "--yes", who="mara")
    said = measured("phase", "advance", MARCH_TO_JUNE, "--to", "wide", "--yes", who="mara")
    assert said.code == 1 and said.lines[0] == f"{MARCH_TO_JUNE}   canary -> wide"
    assert " prime   -      -      -  from 2026-11-23T00:00:00Z" in said.lines
    assert said.advice == ("type", f"govern evidence collect {MARCH_TO_JUNE}")
