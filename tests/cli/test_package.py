"""What people read between two drills: what is owed and proposed, which card settles it, what is gone, all figures."""

import shutil
from pathlib import Path
from typing import Any

import pytest
import yaml

from rehearsed import CARD, DONE, PACKAGE, make_team
from typed import Ended, Keyboard
from workspaces import git

RUN = ("drill", "run", CARD, "--answers")
PROPOSED = "Route checkpoint every 5 minutes instead of 10"
PATH, CARD_PATH = f"governance/packages/{PACKAGE}.yaml", f"governance/cards/{CARD}.yaml"
SECOND = "answers/2026-11-25.yaml"
MONDAY, WEDNESDAY = "2026-11-23T09:00:00Z", "2026-11-25T15:00:00Z"


@pytest.fixture(scope="module")
def drilled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The example team, its Wednesday recorded: 77, and an update is owed."""
    folder = make_team(tmp_path_factory.mktemp("team"))
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        patch.setenv("GOVERN_NOW", DONE)
        from govern.cli.app import main

        assert main([*RUN, "answers/2026-11-18.yaml"]) == 0
    return folder


@pytest.fixture
def team(
    drilled: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> Keyboard:
    shutil.copytree(drilled, tmp_path / "team")
    return Keyboard(tmp_path / "team", capsys, monkeypatch)


def said(ended: Ended) -> str:
    return " ".join(ended.text.split())


def merge(typed: Keyboard, *edits: tuple[str, str, str]) -> None:
    """Texts replaced in files, and committed."""
    for path, old, new in edits:
        place = typed.directory / path
        text = place.read_text("utf-8")
        assert old in text, old
        place.write_text(text.replace(old, new), "utf-8")
    git(typed.directory, "commit", "--quiet", "--all", "--message=Edit")


def bind(typed: Keyboard, path: str, card: str = CARD, package: str = PACKAGE, **edits: Any) -> None:
    """Answers for card and package as they stand now."""
    place = typed.directory / path
    value = yaml.safe_load(place.read_text("utf-8"))
    import hashlib

    for name, file in (("card", f"cards/{card}"), ("package", f"packages/{package}")):
        data = (typed.directory / f"governance/{file}.yaml").read_bytes()
        value[f"{name}_digest"] = f"sha256:{hashlib.sha256(data).hexdigest()}"
    value |= {"card": card, **edits}
    place.write_text(yaml.safe_dump(value, sort_keys=False), "utf-8")


def update(typed: Keyboard, now: str = MONDAY) -> Ended:
    merge(typed, (PATH, "Hold new templates", "Hold templates by route"))
    return typed("package", "update", PACKAGE, "--retained", "the strict gate", now=now)


@pytest.mark.parametrize(
    "words", [("status",), ("drill", "brief", CARD), ("drill", "week")], ids=lambda w: w[-1]
)
def test_proposed_update_is_said_wherever_it_is_owed(words: tuple[str, ...], team: Keyboard) -> None:
    ended = team(*words, now="2026-11-19T09:00:00Z")
    assert PROPOSED in said(ended) and "11-25" in ended.text.replace("Wed 25", "11-25")
    assert all(len(line) <= 80 for line in ended.lines)


def test_update_takes_what_was_proposed_and_says_what_it_settled(team: Keyboard) -> None:
    ended = update(team)
    assert ended.code == 0 and f"settled: what packages/{PACKAGE}#1 owed" in ended.text
    shown = team("show", f"packages/{PACKAGE}#2", now=MONDAY)
    assert PROPOSED in said(shown)
    assert team.audited() == []


@pytest.mark.parametrize(
    ("committed", "where", "line"),
    [
        (
            False,
            "your change of it lies in your working tree, not on origin/main",
            "git add governance && git commit",
        ),
        (True, "your change of it is committed on main here, not on origin/main", "git push origin main"),
    ],
)
def test_update_that_lies_in_this_clone_alone_is_said_to_lie_there(
    committed: bool, where: str, line: str, team: Keyboard
) -> None:
    here = team.directory
    git(here, "clone", "--quiet", "--bare", str(here), str(here.parent / "forge.git"))
    git(here, "remote", "add", "origin", "../forge.git")
    git(here, "fetch", "--quiet", "origin")
    merge(team, (PATH, "Hold new templates", "Hold templates by route"))
    if not committed:
        git(here, "reset", "--quiet", "--soft", "HEAD~1")
        git(here, "reset", "--quiet")
    ended = team("package", "update", PACKAGE, "--retained", "the strict gate", now=MONDAY)
    assert (ended.code, ended.advice[0]) == (1, "type") and ended.advice[1].startswith(line)
    assert "stands as it was drilled" in said(ended) and where in said(ended)


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        (
            "Integrity, level 2",
            "Integrity, level two",
            "changed in integrity-l2: title; packages/integrity-l2#1 owes",
        ),
        (
            "kind: package/v1",
            "# a comment\nkind: package/v1",
            "changed in integrity-l2: only how it is written",
        ),
    ],
)
def test_update_of_nothing_that_tunes_is_refused_in_a_dry_run_too(
    old: str, new: str, words: str, team: Keyboard
) -> None:
    merge(team, (PATH, old, new))
    for more in ((), ("--dry-run",)):
        ended = team("package", "update", PACKAGE, "--retained", "all of it", *more, now=MONDAY)
        assert (ended.code, ended.advice) == (1, ("type", f"govern drill history {PACKAGE}"))
        assert words in said(ended)
    long = team("package", "update", PACKAGE, "--retained", "x" * 2001, "--dry-run", now=MONDAY)
    assert long.code == 1


def test_same_card_again_lets_the_score_rise_and_says_that_its_target_was_met(team: Keyboard) -> None:
    update(team)
    brief = team("drill", "brief", CARD, now=WEDNESDAY)
    assert "next targets: latency_change 10" in brief.text
    bind(team, SECOND)
    ended = team(*RUN, SECOND, now=WEDNESDAY)
    assert ended.code == 0, ended.text
    for words in (
        "score 100 of 100, production ready",
        "77 -> 100, +23",
        f"done: the same card again, which packages/{PACKAGE}#1 owed",
        "target latency_change 10: 9.4, met",
    ):
        assert words in said(ended), words
    score = team("drill", "score", PACKAGE, "--format", "json", now=WEDNESDAY).json["data"]
    assert score["judged_targets"][0]["met"] is True
    assert team.audited() == []


def test_softened_card_settles_nothing_and_the_line_says_what_differs(team: Keyboard) -> None:
    update(team)
    merge(team, (CARD_PATH, "acknowledge_within: PT3M", "acknowledge_within: PT9M"))
    brief = team("drill", "brief", CARD, now=WEDNESDAY)
    assert f"{CARD} is not the card that owed: handoffs" in said(brief)
    bind(team, SECOND)
    ended = team(*RUN, SECOND, now=WEDNESDAY)
    assert "counts for 77 of 100" in ended.text and "the drill gave 100" in ended.text
    assert f"still owed, as packages/{PACKAGE}#1 left it: {CARD} is not the card that owed: handoffs" in said(
        ended
    )
    assert "drill once more" in said(team("status", now=WEDNESDAY))
    assert all(len(line) <= 80 for line in (*brief.lines, *ended.lines))


def test_package_that_took_in_more_shows_no_improvement(team: Keyboard) -> None:
    update(team)
    more = "revert_order: [lock-shop, hold"
    merge(
        team,
        (
            PATH,
            "revert_order: [hold",
            f'  - {{id: lock-shop, do: "Lock the shop", revert: "Open it"}}\n{more}',
        ),
    )
    bind(team, SECOND)
    ended = team(*RUN, SECOND, now=WEDNESDAY)
    assert "it takes in more than when it was drilled last (actions): no improvement" in said(ended)
    assert "+" not in ended.text.split("production ready")[0]
    history = team("drill", "history", now=WEDNESDAY)
    assert "+" not in history.text and "took in more (actions)" in said(history)
    published = team("drill", "week", "--publish", now="2026-11-27T10:00:00Z")
    assert "week over week" not in published.text and "wider: actions" in said(published)


def test_package_that_is_gone_is_named_as_gone_and_settled_with_a_reason(team: Keyboard) -> None:
    text = (team.directory / PATH).read_text("utf-8")
    for path in (PATH, CARD_PATH):
        (team.directory / path).unlink()
    (team.directory / PATH.replace("l2", "l3")).write_text(
        text.replace("id: integrity-l2", "id: integrity-l3")
    )
    git(team.directory, "add", "--all")
    merge(team)
    line = f'govern package settle {PACKAGE} --reason "..."'
    refused = team("package", "update", PACKAGE, "--retained", "x", now=MONDAY)
    assert (refused.code, refused.advice) == (2, ("type", line)) and f"nearest: {PACKAGE}" not in refused.text
    status = team("status", now=MONDAY)
    assert line in status.text and "it is gone" in said(status)
    week = team("drill", "week", now=MONDAY)
    assert f"package {PACKAGE} is gone, and an update of it is owed: {line}" in said(week)
    done = team("package", "settle", PACKAGE, "--reason", "Renamed to integrity-l3", now=MONDAY)
    assert done.code == 0 and f"gone, and owed no more: the update of package {PACKAGE}" in said(done)
    assert line not in team("status", now=MONDAY).text
    assert team("package", "settle", PACKAGE, "--reason", "Again", now=MONDAY).code == 2
    assert team.audited() == []


def test_card_that_is_gone_is_never_named_to_be_drilled(team: Keyboard) -> None:
    update(team)
    (team.directory / CARD_PATH).unlink()
    merge(team)
    week = team("drill", "week", now=MONDAY)
    assert f"card {CARD} is gone, and a drill of it is owed: govern package settle" in said(week)
    assert f"select {CARD}" not in said(week)
    assert f"govern drill run {CARD}" not in team("status", now=MONDAY).text


def test_package_that_is_led_to_and_was_never_drilled_stands_in_all_figures(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    typed = Keyboard(make_team(tmp_path), capsys, monkeypatch)
    history = typed("drill", "history", now=DONE)
    assert f"{PACKAGE} never drilled - - - - 0 draft" in said(history)
    published = typed("drill", "week", "--publish", now=DONE)
    assert published.code == 0 and f"{PACKAGE} 0 of 100, draft" in said(published)
    assert typed.audited() == []


def test_change_of_the_package_leads_with_what_counts(team: Keyboard) -> None:
    merge(team, (PATH, "Hold new templates", "Hold templates by route"))
    ended = team("drill", "score", PACKAGE, now=MONDAY)
    assert "counts for 0 of 100, draft; the drill gave 77" in said(ended)
    assert "the package has changed since it was drilled" in said(ended)
    history = team("drill", "history", now=MONDAY)
    assert f"{PACKAGE} counts for 0: the package has changed" in said(history)
