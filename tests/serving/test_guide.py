"""The code on the page about serving runs, top to bottom, beside a datafile out of a ledger."""

import re
from pathlib import Path

import pytest
from openfeature import api

from govern.serving import Resolver
from workspaces import git, opened

PAGE = Path(__file__).resolve().parents[2] / "docs/how-to/serve.md"
BLOCKS = re.compile(r"^```python\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def test_the_code_of_the_guide_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    clone = opened(tmp_path / "team", "team")
    data = git(clone.directory, "show", "govern-ledger:serving/bindings.json").encode()
    monkeypatch.chdir(tmp_path)
    Path("bindings.json").write_bytes(data)
    seen: dict[str, object] = {}
    for block in BLOCKS.findall(PAGE.read_text("utf-8")):
        exec(compile(block, str(PAGE), "exec"), seen)
    api.clear_providers()
    api.shutdown()
    found = Resolver(data).resolve("ranking", "pc-na")
    assert (seen["found"], found.baseline) == (found, "ranking-b5")
    assert Path("flags.json").is_file()
