"""`govern demo --story drill`: two drills of a week, what they count for, and the gate that reads it."""

from pathlib import Path

import pytest

from govern.cli.app import main
from govern.cli.stories import STORIES
from govern.operations.audit import audit
from govern.operations.context import Context
from govern.operations.workspace import open_workspace
from govern.report.wrap import WIDTH


def test_demo_drills_a_package_until_the_gate_trusts_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["demo", "kept", "--story", "drill"]) == 0
    out = capsys.readouterr().out
    now = STORIES["drill"].now
    there = open_workspace(
        Context(directory=tmp_path / "kept" / "clone", now=now, simulated=now), fetch=True, judge=True
    )
    scores = {
        name: [drill.body["score"]["total"] for drill in package.drills]
        for name, package in there.state.packages.items()
    }
    assert scores == {"integrity-l2": [77, 100], "ownership-l2": [100]}
    assert all(drill.body["environment"]["same"] for p in there.state.packages.values() for drill in p.drills)
    packet = there.state.packet("ranker-v12")
    assert packet.fired == [] and packet.rollbacks == [] and packet.phase == "shadow"
    assert list(audit(there).findings) == []
    assert [line for line in out.splitlines() if len(line) > WIDTH] == []
    for words in ("never drilled", "=> TUNE", "77 -> 100, +23", "+23 week over week", "0 findings"):
        assert words in out
    assert "ranker-v12 taken back on a clone" in out
