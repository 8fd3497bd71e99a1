"""A signer packet stands by itself: checked outside of the repository by nothing but Python's own library."""

import json
import shutil
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from back import PACKET, PC, XR, Team, copied, make_team
from decision_logs import write_csv
from govern.domain.rollout.extension import Extend
from govern.errors import UsageError
from govern.operations.evidence.signer_packet import write_packet
from govern.operations.evidence.stamps import sampled
from govern.operations.new_folder import require_free
from served import served, serving
from workspaces import Clone

KEYS, UNITS = (*PC, *XR), tuple(map(str, range(40)))
EVENING = "2026-11-16T20:00:00Z"
ORDER = ("matched", "late", "mismatched", "missing_version", "calibration_missing")
FILES = ["MANIFEST.json", "README.txt", "bindings.json", "check.py", "stamp.v1.schema.json", "stamps.jsonl"]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Team:
    return make_team(tmp_path_factory.mktemp("signers") / "made")


@pytest.fixture
def jo(made: Team, tmp_path: Path) -> Iterator[Clone]:
    team = copied(made, tmp_path)
    yield team.jo
    assert team.faults() == []


def exported(jo: Clone, rows: list[dict[str, Any]], folder: Path, **more: Any) -> str:
    """The sample recorded and written; the digest of its manifest."""
    log = write_csv(jo.directory / "log.csv", rows)
    with sampled(jo.workspace(), PACKET, str(log), **more) as taken:
        return write_packet(folder, taken, jo.done(taken.command()))


@pytest.fixture(scope="module")
def packet(made: Team, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A clean packet, far from the team's folder; copied before it is written to."""
    folder = tmp_path_factory.mktemp("partner") / "packet"
    jo = copied(made, tmp_path_factory.mktemp("senders")).jo
    exported(jo, served(serving(jo), "chat", KEYS, EVENING, UNITS), folder)
    return folder


def checked(folder: Path) -> tuple[int, str]:
    """What the partner sees: Python alone, without this environment, and without a word on standard error."""
    ran = subprocess.run(
        [sys.executable, "-I", "-S", "-W", "error", "check.py"],
        cwd=folder, capture_output=True, text=True, check=False, env={},
    )  # fmt: skip
    assert ran.stderr == ""
    return ran.returncode, ran.stdout


def test_packet_holds_its_files_and_names_the_ledger(jo: Clone, tmp_path: Path) -> None:
    rows = served(serving(jo), "chat", KEYS, EVENING, UNITS)
    digest = exported(jo, rows, tmp_path / "packet")
    manifest = json.loads((tmp_path / "packet/MANIFEST.json").read_text("utf-8"))
    there = jo.workspace()
    assert sorted(path.name for path in (tmp_path / "packet").iterdir()) == FILES
    assert (manifest["commit"], manifest["ledger"]) == (there.tip, there.state.ledger)
    assert manifest["record"] == there.state.packets[PACKET].evidence[-1].name and manifest["stamps"] == len(
        rows
    )
    code, said = checked(tmp_path / "packet")
    assert code == 0 and digest in said and there.tip in said
    assert all(f"{key}: {len(UNITS)} matched\n" in said for key in KEYS)


def test_packet_says_nothing_of_units_caches_or_this_machine(packet: Path) -> None:
    (line, *_) = (packet / "stamps.jsonl").read_text("utf-8").splitlines()
    assert sorted(json.loads(line)) == [
        "baseline_digest", "calibration_packet_id", "cohort_key", "decided_at", "decision_id",
        "model_version_active", "surface",
    ]  # fmt: skip
    texts = [path.read_text("utf-8") for path in packet.iterdir()]
    assert not any(
        word in text for text in texts for word in (str(packet.parent), "/tmp", "/home", "log.csv")
    )


def test_every_interval_names_the_record_and_the_commit_that_say_so(packet: Path) -> None:
    bindings = json.loads((packet / "bindings.json").read_text("utf-8"))
    assert sorted(bindings["cohorts"]) == sorted(KEYS)
    genesis, canary = bindings["cohorts"]["xr-na"]
    assert (genesis["to"]["baseline"], genesis["until"]) == ("chat-b1", canary["since"])
    assert (canary["to"]["baseline"], canary["rest"]["baseline"], canary["percent"]) == (
        "chat-b2",
        "chat-b1",
        5,
    )
    assert genesis["record"].startswith("surfaces/chat#") and genesis["commit"] != canary["commit"]


def edited(name: str, old: str, new: str) -> Callable[[Path], object]:
    def edit(folder: Path) -> None:
        text = (folder / name).read_text("utf-8")
        assert old in text
        (folder / name).write_text(text.replace(old, new, 1), "utf-8")

    return edit


def emptied(folder: Path) -> None:
    (folder / "MANIFEST.json").write_text("[]")


EDITS: dict[str, tuple[Callable[[Path], object], str]] = {
    "a stamp changed": (edited("stamps.jsonl", "+v2", "+v3"), "stamps.jsonl was changed"),
    "a binding changed": (
        edited("bindings.json", '"percent": 5', '"percent": 50'),
        "bindings.json was changed",
    ),
    "the checker changed": (
        edited("check.py", "return 0 if good else 1", "return 0"),
        "check.py was changed",
    ),
    "a file removed": (lambda folder: (folder / "README.txt").unlink(), "README.txt is missing"),
    "the stamps removed": (lambda folder: (folder / "stamps.jsonl").unlink(), "stamps.jsonl is missing"),
    "a file added": (lambda folder: (folder / "more.txt").write_text("x"), "more.txt is not in the manifest"),
    "the manifest removed": (
        lambda folder: (folder / "MANIFEST.json").unlink(),
        "this is no whole signer packet",
    ),
    "the manifest emptied": (emptied, "this is no whole signer packet"),
}


@pytest.mark.parametrize(("edit", "told"), EDITS.values(), ids=EDITS.keys())
def test_edit_is_found(packet: Path, tmp_path: Path, edit: Callable[[Path], object], told: str) -> None:
    folder = tmp_path / "packet"
    shutil.copytree(packet, folder)
    edit(folder)
    code, said = checked(folder)
    assert code == 1 and said.startswith(told) and len(said.splitlines()) == 1


WRONG = (
    {"model_version_active": "gpt-5"},
    {"baseline_digest": "sha256:" + "0" * 64},
    {"model_version_active": None},
    {"calibration_packet_id": None},
)


def test_partner_counts_as_the_record_does(jo: Clone, tmp_path: Path) -> None:
    """Each fault, and old stamps after a move: late within the serving lag, wrong after it."""
    old = serving(jo)
    jo.at("2026-11-17T03:00:00Z").done(Extend(PACKET, ("pc-na",), 100))
    later = jo.at("2026-11-17T05:00:00Z")
    rows = [
        row
        for at in ("03:01:59", "03:02:00")
        for row in served(old, "chat", KEYS, f"2026-11-17T{at}Z", UNITS)
    ]
    on_next = [row for row in rows if "+v2" in row["model_version_active"] and row["cohort_key"] == "xr-na"]
    for row, wrong in zip(on_next, WRONG, strict=False):
        row |= wrong
    exported(later, rows, tmp_path / "packet")
    (evidence,) = later.workspace().state.packets[PACKET].evidence
    counts: dict[str, Counter[str]] = {}
    for row in later.workspace().documents().table(evidence.body["table"]["sha256"]):
        counts.setdefault(row["cohort"], Counter()).update(row["counts"])
    assert counts["xr-na"] == {
        "matched": 76, "mismatched": 2, "missing_version": 1, "calibration_missing": 1, "late": 0,
    }  # fmt: skip
    assert counts["pc-na"]["late"] > 0 and counts["pc-na"]["late"] == counts["pc-na"]["mismatched"]
    code, said = checked(tmp_path / "packet")
    told = {
        cohort: ", ".join(f"{found[kind]} {kind}" for kind in ORDER if found[kind])
        for cohort, found in counts.items()
    }
    assert code == 1 and said.splitlines()[: len(KEYS)] == [
        f"{cohort}: {told[cohort]}" for cohort in sorted(told)
    ]


def test_place_that_is_taken_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("mine")
    (tmp_path / "full").mkdir()
    (tmp_path / "full/mine").touch()
    for name, line in (("file", "--export {}-2"), ("full", "--export {}-2"), ("no/packet", "mkdir -p {}")):
        with pytest.raises(UsageError) as caught:
            require_free(tmp_path / name, "packet", "--export")
        place = tmp_path / ("no" if name == "no/packet" else name)
        assert caught.value.type_line == line.format(place)
    require_free(tmp_path / "new", "packet", "--export")
    (tmp_path / "empty").mkdir()
    require_free(tmp_path / "empty", "packet", "--export")


def test_nothing_is_left_when_the_packet_cannot_be_written(
    jo: Clone, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(shutil, "copyfile", fails)
    before = sorted(tmp_path.iterdir())
    with pytest.raises(Exception, match="packet cannot be written: No space left"):
        exported(jo, served(serving(jo), "chat", KEYS, EVENING, UNITS), tmp_path / "packet")
    assert sorted(tmp_path.iterdir()) == before
