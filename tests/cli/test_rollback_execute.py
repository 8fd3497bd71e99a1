"""`govern rollback execute`, `plan` and `show`: the straight line, and every wrong turn with its text and exit code."""

import shlex
from collections.abc import Callable
from pathlib import Path

import pytest

from back import LEDGER, NOW, PACKET, REASON, TV, Team, busy, copied, go, litter, make_team
from typed import Ended, Keyboard
from workspaces import git

LATER = "2026-11-17T02:20:00Z"
EXECUTE = ("rollback", "execute")
WHY = ("--reason", REASON, "--yes")
Types = Callable[..., Ended]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Team:
    return make_team(tmp_path_factory.mktemp("back") / "made")


@pytest.fixture
def team(made: Team, tmp_path: Path) -> Team:
    return copied(made, tmp_path)


@pytest.fixture
def types(team: Team, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Types:
    """`types("status", who="lee")`: in that person's clone; a fresh line each time."""

    def typed(*words: str, who: str = "jo", now: str = NOW) -> Ended:
        return Keyboard(team.clone(who).directory, capsys, monkeypatch)(*words, now=now)

    return typed


def test_execute_binds_back_and_says_what_is_owed(team: Team, types: Types) -> None:
    said = types(*EXECUTE, "--where", "platform=xr", *WHY)
    assert said.code == 0
    assert said.lines[1:5] == [
        f"packet   {PACKET}, canary",
        f"why      {REASON}",
        "move     xr-eu xr-na   chat-b2 -> chat-b1",
        "stay     pc-eu pc-na   chat-b2",
    ]
    assert "02:10:21 PUBLISHED: xr-eu xr-na on chat-b1" in said.lines
    assert "frozen   promotions on chat for xr-eu xr-na" in said.lines
    assert "due      relabel by 11-18 02:10 (jo); calibration review by 11-21 (ana); a note" in said.lines
    assert said.advice == ("next", f"govern rollback verify {PACKET} --wait 120")
    assert team.on() == {
        "pc-eu": "chat-b2", "pc-na": "chat-b2", "tv": "chat-b2", "xr-eu": "chat-b1", "xr-na": "chat-b1",
    }  # fmt: skip
    assert team.faults() == []


# what is typed -> exit code, a part of the refusal, the whole line to type
WRONG: dict[str, tuple[tuple[str, ...], int, str, str]] = {
    "cohort": (
        ("--cohort", "xr-ue,xr-na", *WHY), 2, "refused: no cohort `xr-ue`; nearest: xr-eu",
        f"govern rollback execute --cohort xr-eu,xr-na --reason {REASON}",
    ),
    "attribute": (
        ("--where", "platfrom=xr"), 2,
        "refused: cohorts have no attribute `platfrom`; they have: critical, platform,",
        "govern rollback execute --where platform=xr",
    ),
    "value of an attribute": (
        ("--where", "platform=xrr"), 2, "nobody on next has platform `xrr`; there are: pc, tv, xr",
        "govern rollback execute --where platform=xr",
    ),
    "values that do not meet": (
        ("--where", "platform=tv,region=na"), 2, "nobody on next matches all of that", "govern status",
    ),
    "packet": (
        ("no-sistem-promt", "--where", "platform=xr", *WHY), 2,
        f"no packet `no-sistem-promt`; xr-eu xr-na are on next by {PACKET}",
        f"govern rollback execute {PACKET} --where platform=xr --reason {REASON}",
    ),
    "packet that holds others": (
        (TV, "--cohort", "xr-na", *WHY), 1, f"{TV} is canary since 11-16; xr-na is on next by {PACKET}",
        f"govern rollback execute {PACKET} --cohort xr-na --reason {REASON}",
    ),
    "several packets": (
        WHY, 2, f"several packets bind next: {PACKET}, {TV}; one line each",
        f"govern rollback execute {PACKET} --reason {REASON}",
    ),
    "surface": (
        ("--surface", "chatt", *WHY), 2, "no surface `chatt`; nearest: chat",
        f"govern rollback execute --surface chat --reason {REASON}",
    ),
    "model version": (
        ("--model-version", "llama-2-70b-chat+v3", *WHY), 2, "no model version `llama-2-70b-chat+v3`; nearest: ",
        f"govern rollback execute --model-version llama-2-70b-chat+v2 --reason {REASON}",
    ),
    "reason": (
        ("--cohort", "tv", "--reason", "operator", "--yes"), 2, "no reason `operator`; there are: ", "govern ",
    ),
    "no reason, no trigger and no terminal": (
        ("--cohort", "tv", "--yes"), 2, "no trigger fired: say why, --reason CODE (trigger,",
        f"govern rollback execute --cohort tv --reason {REASON}",
    ),
    "trigger": (
        ("--cohort", "tv", "--trigger", "packets/tv-prompt#9", "--yes"), 2,
        f"no trigger of {TV} fired as packets/tv-prompt#9: none has fired", "govern ",
    ),
    "target": (
        ("--cohort", "tv", "--to", "chat-b9", *WHY), 2, "chat never ran `chat-b9`; it knows: chat-b1",
        "govern ",
    ),
    "start of the incident": (
        ("--cohort", "tv", "--since", "2026-11-18", *WHY), 2, "the incident cannot begin after it ended", "govern ",
    ),
    "no terminal and no yes": (
        ("--cohort", "tv", "--reason", REASON), 2, "without a terminal this takes --yes",
        f"govern rollback execute --cohort tv --reason {REASON} --yes",
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", WRONG.values(), ids=WRONG)
def test_slip_is_refused_with_the_whole_line_and_nothing_is_written(
    team: Team, types: Types, case: tuple[tuple[str, ...], int, str, str]
) -> None:
    words, code, text, line = case
    before, refs = team.tip(), git(team.jo.directory, "for-each-ref")
    said = types(*EXECUTE, *words)
    assert (said.code, team.tip(), git(team.jo.directory, "for-each-ref")) == (code, before, refs), said.text
    assert text in " ".join(line.strip() for line in said.lines)
    assert said.advice[0] == "type"
    assert said.advice[1] == line or (line == "govern " and said.advice[1].startswith(line))


EVERYBODY = {
    "--model-version llama-2-70b-chat+v2": ("pc-eu", "pc-na", "tv", "xr-eu", "xr-na"),
    "--surface chat": ("pc-eu", "pc-na", "tv", "xr-eu", "xr-na"),
    "--where region=eu": ("pc-eu", "tv", "xr-eu"),
    "--cohort tv,xr-na": ("tv", "xr-na"),
}


@pytest.mark.parametrize("words", EVERYBODY)
def test_packets_that_bind_them_go_back_together_in_one_commit(team: Team, types: Types, words: str) -> None:
    before = team.tip()
    plan = types("rollback", "plan", *words.split(), "--reason", REASON)
    said = types(*EXECUTE, *words.split(), *WHY)
    assert said.code == 0, said.text
    assert git(team.forge, "rev-list", "--count", f"{before}..{team.tip()}") == "1"
    assert {cohort for cohort, baseline in team.on().items() if baseline == "chat-b1"} == set(
        EVERYBODY[words]
    )
    for text in (plan.text, said.text):
        assert f"packet   {PACKET}, canary" in text and f"packet   {TV}, canary" in text
    assert f"frozen   promotions on chat for {' '.join(EVERYBODY[words])}" in said.lines
    for packet in (PACKET, TV):
        assert types("rollback", "show", packet).code == 0
    assert types(*EXECUTE, *words.split(), *WHY, now=LATER, who="mara").code == 0, "already back"
    assert types("binding", "unfreeze", "chat", "--root-cause", "INC-7", who="mara", now=LATER).code == 0
    assert team.faults() == []


def test_packets_that_went_back_offline_are_decided_again_together(team: Team, types: Types) -> None:
    team.offline()
    assert types(*EXECUTE, "--surface", "chat", *WHY).code == 4
    team.online()
    go(team.mara, "tv", "xr-na")
    synced = types("sync", now=LATER)
    assert synced.code == 0, synced.text
    assert set(team.on().values()) == {"chat-b1"} and team.faults() == []


def test_packet_in_draft_is_no_reason_to_keep_xr_waiting(types: Types) -> None:
    said = types(*EXECUTE, "next-idea", "--cohort", "xr-na", *WHY)
    assert (said.code, said.advice[0]) == (2, "type")
    assert said.advice[1] == f"govern rollback execute {PACKET} --cohort xr-na --reason {REASON}"


def test_who_may_not_is_told_who_may_and_what_they_type(team: Team, types: Types) -> None:
    before = team.tip()
    said = types(*EXECUTE, "--cohort", "xr-na", *WHY, who="lee")
    assert (said.code, team.tip()) == (1, before)
    assert "refused: lee may not: it takes rollback_execute, which jo, mara hold" in said.lines
    assert "refused: call jo: +00 555 0102" in said.lines or "call jo: +00 555 0102" in said.text
    assert said.advice == (
        "jo types", f"govern rollback execute --cohort xr-na --reason {REASON} --yes",
    )  # fmt: skip


def test_who_may_not_breaks_the_glass(team: Team, types: Types) -> None:
    said = types(*EXECUTE, "--cohort", "xr-na", *WHY, "--break-glass", "jo and mara do not answer", who="lee")
    assert said.code == 0, said.text
    assert "the broken glass is reviewed by" in " ".join(line.strip() for line in said.lines)
    assert team.on()["xr-na"] == "chat-b1"
    assert team.faults() == []


def test_nobody_is_refused_without_an_identity(team: Team, types: Types) -> None:
    git(team.jo.directory, "config", "--unset", "user.email")
    said = types(*EXECUTE, "--cohort", "xr-na", *WHY)
    assert said.code == 2
    assert "git has no user.email" in said.text
    assert said.advice == ("type", "git config user.email you@example.com")


def test_already_back_is_said_and_is_no_failure(team: Team, types: Types) -> None:
    go(team.mara, "xr-na")
    before = team.tip()
    for words in (("--cohort", "xr-na"), (PACKET, "--cohort", "xr-na")):
        said = types(*EXECUTE, *words, *WHY, now=LATER)
        assert (said.code, team.tip()) == (0, before)
        assert said.lines == [f"already back, nothing to do: xr-na on chat-b1 since {NOW} (mara)"]


def test_already_back_says_what_waited_and_what_was_dropped_as_sync_does(team: Team, types: Types) -> None:
    team.offline()
    assert types(*EXECUTE, "--cohort", "xr-na", *WHY).code == 4
    assert types(*EXECUTE, "--cohort", "tv", *WHY).code == 4
    team.online()
    go(team.mara, "xr-na")
    said = types(*EXECUTE, "--cohort", "tv", *WHY, now=LATER)
    text = " ".join(map(str.strip, said.lines))
    assert said.code == 0 and said.lines[0].startswith(f"published  rollback {TV} (jo, ")
    assert f"dropped    rollback {PACKET} (jo, {NOW}): already back, nothing to do: xr-na on chat-b1" in text
    assert f"PUBLISHED {team.tip()[:7]} already back, nothing to do: tv on chat-b1 since {NOW} (jo)" in text
    again = types(*EXECUTE, "--cohort", "tv", *WHY, "--format", "json", now=LATER).json
    assert "dropped" not in again["data"], "nothing waits any more"
    assert team.faults() == []


def test_refused_push_leaves_it_recorded_and_another_types_the_same_line(team: Team, types: Types) -> None:
    team.refuse()
    before = team.tip()
    said = types(*EXECUTE, "--cohort", "xr-na", *WHY)
    assert (said.code, said.advice) == (4, ("type", "govern sync"))
    assert "NOT PUBLISHED: origin refused the push" in said.lines
    assert "protected branch" in said.text and "PUBLISHED: xr-na" not in said.text
    assert "types the same line" in said.text
    assert "served from here: govern binding export -o bindings.json" in " ".join(map(str.strip, said.lines))
    again = types(*EXECUTE, "--cohort", "xr-na", *WHY)
    assert (again.code, again.advice) == (4, ("type", "govern sync"))
    assert "already back" in again.text and "NOT PUBLISHED" in again.text
    team.accept()
    assert types(*EXECUTE, "--cohort", "xr-na", *WHY, who="mara").code == 0
    synced = types("sync")
    assert synced.code == 0 and "already back" in synced.text
    assert team.tip() != before and team.faults() == []


def test_silent_remote_leaves_it_recorded_until_sync(team: Team, types: Types) -> None:
    team.offline()
    said = types(*EXECUTE, "--cohort", "xr-na", *WHY)
    assert (said.code, said.advice) == (4, ("type", "govern sync"))
    assert "NOT fetched" in said.text and "NOT PUBLISHED: origin does not answer" in said.lines
    assert types("sync").code == 4
    team.online()
    assert types("sync").code == 0
    assert team.on()["xr-na"] == "chat-b1" and team.faults() == []


def test_nothing_to_do_is_recorded_all_the_same_while_the_remote_is_silent(team: Team, types: Types) -> None:
    go(team.jo, "xr-na")
    team.offline()
    said = types(*EXECUTE, "--cohort", "xr-na", *WHY, now=LATER)
    assert said.code == 4 and "RECORDED" in said.text
    nobody = types(*EXECUTE, "--where", "platform=vr", "--surface", "chat", *WHY, now=LATER)
    assert nobody.code in (2, 4)
    team.online()
    synced = types("sync", now=LATER)
    assert synced.code == 0 and "already back" in synced.text
    assert team.faults() == []


def test_origin_that_moved_is_read_again_and_published(team: Team, types: Types) -> None:
    team.jo.workspace()
    team.offline()
    assert types(*EXECUTE, "--cohort", "xr-na", *WHY).code == 4
    team.online()
    go(team.mara, "tv")
    said = types(*EXECUTE, "--cohort", "xr-eu", *WHY, now=LATER)
    assert said.code == 0
    assert "note     mara was first: read again, decided again" in said.lines
    assert {c for c, b in team.on().items() if b == "chat-b1"} == {"tv", "xr-eu", "xr-na"}
    assert team.faults() == []


def test_unreadable_documents_and_a_busy_user_do_not_matter(team: Team, types: Types) -> None:
    litter(team)
    busy(team.jo.directory)
    before = git(team.jo.directory, "status", "--porcelain=v2", "--branch")
    said = types(*EXECUTE, "--where", "platform=xr", *WHY)
    assert said.code == 0, said.text
    assert git(team.jo.directory, "status", "--porcelain=v2", "--branch") == before
    assert team.on()["xr-na"] == "chat-b1"


def test_trigger_that_fired_is_the_reason_and_the_clock(team: Team, types: Types) -> None:
    rows = "\n".join(f"2026-11-17T0{hour}:00:00Z,{key},7.4" for key in ("xr-eu", "xr-na") for hour in (0, 1))
    (team.mara.directory / "seen.csv").write_text(f"timestamp,cohort_key,value\n{rows}\n")
    words = ("trigger", "evaluate", PACKET, "--series", "seen.csv")
    fired = types(*words, who="mara", now="2026-11-17T02:06:00Z")
    assert fired.code in (0, 1), fired.text
    said = types(*EXECUTE, "--where", "platform=xr", "--yes")
    assert said.code == 0, said.text
    assert "why      trigger policy-dislocation, fired 02:06:00, 4 min 21 s ago" in said.lines
    assert "4 min 21 s after the trigger" in " ".join(line.strip() for line in said.lines)
    assert team.faults() == []


def test_plan_shows_the_same_and_records_nothing(team: Team, types: Types) -> None:
    before = team.tip()
    said = types("rollback", "plan", "--where", "platform=xr", "--reason", REASON)
    assert (said.code, team.tip()) == (0, before)
    assert "move     xr-eu xr-na   chat-b2 -> chat-b1" in said.lines
    assert said.advice == ("next", f"govern rollback execute --where platform=xr --reason {REASON}")


def test_plan_gives_the_whole_line_back(types: Types) -> None:
    words = ("--cohort", "tv", "--reason", REASON, "--note", "it refuses", "--since", "2026-11-17T01:00:00Z")
    more = ("--to", "chat-b1", "--break-glass", "nobody answers")
    said = types("rollback", "plan", *words, *more, who="lee")
    assert said.code == 0, said.text
    assert said.advice == ("next", shlex.join(("govern", "rollback", "execute", *words, *more)))
    assert types(*shlex.split(said.advice[1])[1:], "--yes", who="lee").code == 0


def test_show_is_the_note_for_everyone_else(types: Types) -> None:
    types(*EXECUTE, "--where", "platform=xr", *WHY, "--note", "policy breaks in XR")
    said = types("rollback", "show", PACKET, now=LATER)
    assert said.code == 0
    assert (
        " ".join(said.lines[:2]) == f"**xr-eu xr-na went back to chat-b1 at {NOW}; pc-eu pc-na not moved.**"
    )
    assert "- Why: policy breaks in XR." in said.lines
    whole = " ".join(line.strip() for line in said.lines)
    assert "now: chat-b2: pc-eu pc-na; chat-b1: xr-eu xr-na." in whole
    other = types("rollback", "show", TV, now=LATER)
    assert (other.code, other.advice) == (2, ("type", "govern status"))


def test_execute_is_one_object_when_json_is_asked(types: Types) -> None:
    answer = types(*EXECUTE, "--cohort", "tv", *WHY, "--format", "json").json
    assert answer["ok"] and answer["data"]["recorded"] == answer["data"]["published"]
    assert [record["event"] for record in answer["data"]["records"]][:1] == ["rolled_back/1"]


def test_ledger_branch_that_is_checked_out_is_not_moved(team: Team, types: Types) -> None:
    git(team.jo.directory, "switch", "--quiet", LEDGER)
    before = team.tip()
    said = types(*EXECUTE, "--cohort", "tv", *WHY)
    assert (said.code, team.tip()) == (2, before)
    assert "is checked out" in said.text


@pytest.mark.parametrize(
    ("selectors", "said", "advice"),
    [
        (["--cohort", ""], "--cohort is blank", "govern status"),
        (["--where", " "], "--where is blank", "govern status"),
        (["--model-version", ""], "--model-version is blank", "govern status"),
        (["--where", "platform=xr,platform=pc"], "--where says platform twice", "--where platform=xr"),
        (["--where", "platform=xr", "--cohort", "pc-na"], "--cohort and --where together", "govern rollback"),
        (["--since", "yesterday"], "--since takes a date or an instant", "--since 2026"),
        (["--cohort", "xr-eu,,pc-eu"], "an empty name in `xr-eu,,pc-eu`", "govern rollback"),
    ],
    ids=lambda each: each if isinstance(each, str) else " ".join(each),
)
def test_selector_that_says_nothing_or_two_things_moves_nobody(
    selectors: list[str], said: str, advice: str, team: Team, types: Types
) -> None:
    before = team.tip()
    ended = types(*EXECUTE, *selectors, *WHY)
    assert (ended.code, team.tip()) == (2, before)
    assert said in ended.text and advice in ended.advice[1]
    assert types(*EXECUTE, *selectors, *WHY, "--format", "json").json["ok"] is False


def test_cohorts_that_are_named_one_by_one_all_go_back(team: Team, types: Types) -> None:
    assert types(*EXECUTE, "--cohort", "xr-eu", "--cohort", "xr-na", *WHY).code == 0
    assert {cohort for cohort, baseline in team.on().items() if baseline == "chat-b1"} == {"xr-eu", "xr-na"}


SLIPS = {name: case for name, case in WRONG.items() if name != "no terminal and no yes"}  # a plan asks nobody


@pytest.mark.parametrize("case", SLIPS.values(), ids=SLIPS)
def test_slip_in_a_plan_is_never_answered_with_the_line_that_acts(
    team: Team, types: Types, case: tuple[tuple[str, ...], int, str, str]
) -> None:
    words, code, text, line = case
    before = team.tip()
    said = types("rollback", "plan", *(word for word in words if word != "--yes"))
    assert (said.code, team.tip()) == (code, before), said.text
    assert text in " ".join(line.strip() for line in said.lines)
    assert said.advice[1].startswith(line.replace("execute", "plan"))
    assert "govern rollback execute" not in said.text
