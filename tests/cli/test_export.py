"""`govern binding export`: the file that an application reads, whole or not at all."""

import json
from pathlib import Path

import pytest

from govern.serving import Resolver
from typed import Keyboard
from workspaces import opened


@pytest.fixture
def typed(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Keyboard:
    return Keyboard(opened(tmp_path / "clone").directory, capsys, monkeypatch)


def test_datafile_is_what_the_resolver_reads(typed: Keyboard) -> None:
    ran = typed("binding", "export", "-o", "bindings.json")
    assert ran.code == 0, ran
    resolution = Resolver.from_file(typed.directory / "bindings.json").resolve("chat", "public")
    assert (resolution.baseline, resolution.reason) == ("chat-b1", "UNKNOWN_KEY")


def test_flags_name_the_default_and_go_to_the_screen_without_a_file(typed: Keyboard) -> None:
    flags = json.loads(typed("binding", "export", "--as", "flagd").out)
    assert flags["flags"]["chat"]["defaultVariant"] == "chat-b1"


@pytest.mark.parametrize(
    ("line", "said"),
    [("binding export --as xml", "no form `xml`"), ("binding export -o nowhere/b.json", "no folder nowhere")],
)
def test_refusal_writes_nothing_and_says_what_to_type(typed: Keyboard, line: str, said: str) -> None:
    ran = typed(*line.split())
    assert ran.code == 2 and said in ran.err and "type: " in ran.err
    assert sorted(path.name for path in typed.directory.iterdir() if path.suffix == ".json") == []
