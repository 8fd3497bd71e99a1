"""`govern binding export`: the file that an application reads, whole or not at all."""

import json
from pathlib import Path

import pytest

from govern.serving import Resolver
from typed import Keyboard
from workspaces import git, opened


@pytest.fixture
def typed(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Keyboard:
    return Keyboard(opened(tmp_path / "clone").directory, capsys, monkeypatch)


def test_datafile_is_what_the_resolver_reads(typed: Keyboard) -> None:
    ran = typed("binding", "export", "-o", "bindings.json")
    assert ran.code == 0, ran
    resolution = Resolver.from_file(typed.directory / "bindings.json").resolve("chat", "public")
    assert (resolution.baseline, resolution.reason) == ("chat-b1", "UNKNOWN_KEY")


def test_flags_are_those_of_the_ledger_and_go_to_the_screen_without_a_file(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    typed = Keyboard(opened(tmp_path / "team", "team").directory, capsys, monkeypatch)
    flags = json.loads(typed("binding", "export", "--as", "flagd").out)
    assert flags == json.loads(git(typed.directory, "show", "govern-ledger:serving/flags.json"))
    assert flags["flags"]["ranking"]["defaultVariant"] == "ranking-b5"


def test_flags_are_refused_when_flagd_serves_no_surface(typed: Keyboard) -> None:
    ran = typed("binding", "export", "--as", "flagd")
    assert ran.code == 1 and "no surface that flagd serves" in ran.out
    assert ran.advice == ("type", "govern binding export --as datafile")
    assert json.loads(git(typed.directory, "show", "govern-ledger:serving/flags.json"))["flags"] == {}


@pytest.mark.parametrize(
    ("line", "said"),
    [("binding export --as xml", "no form `xml`"), ("binding export -o nowhere/b.json", "no folder nowhere")],
)
def test_refusal_writes_nothing_and_says_what_to_type(typed: Keyboard, line: str, said: str) -> None:
    ran = typed(*line.split())
    assert ran.code == 2 and said in ran.err and "type: " in ran.err
    assert sorted(path.name for path in typed.directory.iterdir() if path.suffix == ".json") == []
