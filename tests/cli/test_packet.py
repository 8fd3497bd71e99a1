"""`govern packet`: what people decide about a packet; what is written, and who is named where it is refused."""

from pathlib import Path

import pytest

from typed import MARCH_TO_JUNE, PASSING, Keyboard, copied, explain, into_shadow, measure, seven_cohorts


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return seven_cohorts(tmp_path_factory.mktemp("seven"))


@pytest.fixture
def typed(
    made: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Keyboard:
    return Keyboard(copied(made, tmp_path), capsys, monkeypatch)


@pytest.fixture
def shadow(typed: Keyboard) -> Keyboard:
    into_shadow(typed)
    return typed


WRITES = [  # (who, words, event, what is told)
    ("lee", ("pause", "--reason", "weekend"), "packet_paused/1", "paused; bindings stay as they are"),
    (
        "mara",
        ("on-call", "--until", "2026-11-20T20:00:00Z"),
        "on_call_declared/1",
        "until 2026-11-20T20:00:00Z",
    ),
    ("lee", ("withdraw", "--reason", "not worth it"), "withdrawn/1", "withdrawn; nobody was on its next"),
    (
        "kim",
        ("accept-risk", "--reason", "no traffic", "--expires", "2026-11-27"),
        "risk_accepted/1",
        "the risk is taken until 2026-11-27",
    ),
    (
        "kim",
        ("waive", "--check", "explained", "--reason", "later", "--expires", "2026-11-27"),
        "waiver_granted/1",
        "explained waived until 2026-11-27: debt until then",
    ),
    (
        "lee",
        ("change", "--set", "kpis/mean-score-delta:bands.critical.below=-4", "--reason", "noisy"),
        "change_control_opened/1",
        "opened; somebody else applies it",
    ),
]


def line(words: tuple[str, ...], *more: str) -> tuple[str, ...]:
    return ("packet", words[0], MARCH_TO_JUNE, *words[1:], *more)


@pytest.mark.parametrize(("who", "words", "event", "told"), WRITES, ids=[w[1][0] for w in WRITES])
def test_packet_writes_one_record_and_says_what_it_means(
    shadow: Keyboard, who: str, words: tuple[str, ...], event: str, told: str
) -> None:
    before = shadow.tip
    dry = shadow(*line(words, "--dry-run"), who=who)
    assert dry.code == 0 and shadow.tip == before and "dry run: would record " in dry.text
    said = shadow(*line(words), who=who)
    assert said.code == 0 and shadow.tip != before
    assert told in " ".join(said.text.split()) and f"PUBLISHED {shadow.tip[:7]}: " in said.text
    assert "Traceback" not in said.err and said.advice[1].startswith("govern ")
    assert shadow.audited() == []


@pytest.mark.parametrize(("who", "words", "event", "told"), WRITES, ids=[w[1][0] for w in WRITES])
def test_packet_gives_one_object_when_json_is_asked(
    shadow: Keyboard, who: str, words: tuple[str, ...], event: str, told: str
) -> None:
    answer = shadow(*line(words, "--format", "json"), who=who).json
    assert answer["ok"] and answer["command"] == f"packet {words[0]}"
    assert [record["event"] for record in answer["data"]["records"]] == [event]


OTHERS = [words for _, words, _, _ in WRITES if words[0] in ("on-call", "accept-risk", "waive")]


@pytest.mark.parametrize("words", [*OTHERS, ("approve",)], ids=lambda words: words[0])
def test_packet_names_who_may_when_the_actor_may_not(shadow: Keyboard, words: tuple[str, ...]) -> None:
    before = shadow.tip
    said = shadow(*line(words), who="lee")
    assert said.code == 1 and shadow.tip == before
    assert said.lines[0].startswith("refused: lee may not")
    assert said.advice[0] == "mara types" and said.advice[1].startswith(
        f"govern packet {words[0]} {MARCH_TO_JUNE}"
    )


def test_change_is_handed_to_another_owner_who_applies_it(shadow: Keyboard) -> None:
    measure(shadow)
    setting = "kpis/mean-score-delta:bands.critical.below=-20"
    opened = shadow("packet", "change", MARCH_TO_JUNE, "--set", setting, "--reason", "noisy", who="mara")
    assert opened.lines[:2] == [
        "change  kpis/mean-score-delta bands.critical.below -> -20",
        "effect  composite: shadow_bands failed -> passed",
    ]
    apply = f"govern packet change {MARCH_TO_JUNE} --apply"
    assert opened.advice == ("kim types", apply)
    own = shadow(*apply.split()[1:], who="mara")
    assert own.code == 1 and "mara opened this change" in own.text and own.advice == ("kim types", apply)
    assert shadow(*apply.split()[1:], who="kim").code == 0
    assert shadow.audited() == []


def test_pause_stops_every_border_until_an_owner_resumes(shadow: Keyboard) -> None:
    shadow("packet", "pause", MARCH_TO_JUNE, "--reason", "weekend", who="lee")
    stopped = shadow("phase", "check", MARCH_TO_JUNE)
    assert stopped.code == 1 and stopped.advice == ("type", f"govern packet resume {MARCH_TO_JUNE}")
    again = shadow("packet", "pause", MARCH_TO_JUNE, "--reason", "weekend", who="lee")
    assert again.code == 1 and again.advice == ("type", f"govern phase show {MARCH_TO_JUNE}")
    assert shadow("packet", "resume", MARCH_TO_JUNE, who="lee").advice[0] == "mara types"
    assert shadow("packet", "resume", MARCH_TO_JUNE, who="mara").code == 0


def test_approve_shows_what_does_not_pass_yet_and_counts_once_all_does(shadow: Keyboard) -> None:
    measure(shadow)
    early = shadow("packet", "approve", MARCH_TO_JUNE, who="mara")
    assert early.code == 1 and " FAILED  shadow_bands" in early.text
    explain(shadow, "prime")
    explain(shadow, "opinion_survey")
    said = shadow("packet", "approve", MARCH_TO_JUNE, "--only", PASSING, who="mara")
    assert said.code == 0 and "approved; it counts for this attempt and these cohorts only" in said.text
    assert shadow.audited() == []
