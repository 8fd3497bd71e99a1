"""A replay pack opens without guesswork: what was bound for each decision, and nothing that its folder only says."""

import json
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from back import PACKET, PC, TV, XR, Team, copied, go, make_team
from decision_logs import decision, write_csv
from govern.domain.checks import replay_pack as check
from govern.domain.decision import Accepted, Refusal, Refused
from govern.domain.document import digest_of
from govern.domain.gates import Item, evaluate, open_border
from govern.domain.policy import Actor
from govern.domain.rollout.extension import Extend
from govern.domain.verdict import Verdict
from govern.errors import GovernError, RefusedError, UsageError
from govern.operations.evidence.replay_folder import MANIFEST, lay, manifest_of, sealed
from govern.operations.evidence.replay_opening import Opened, open_pack
from govern.operations.evidence.replaying import Built, Wanted, build, replayed
from govern.operations.workspace import Workspace
from govern.serving.split import side
from served import served, serving
from workspaces import Clone, git, opened

EVENING, NIGHT = "2026-11-16T20:00:00Z", "2026-11-16T23:00:00Z"
KEYS = (*PC, *XR)
NEXT = [unit for unit in map(str, range(2000)) if side(PACKET, unit) < 500][:3]
PREV = [unit for unit in map(str, range(2000)) if side(PACKET, unit) >= 500][:2]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Team:
    return make_team(tmp_path_factory.mktemp("replays") / "made")


@pytest.fixture
def jo(made: Team, tmp_path: Path) -> Iterator[Clone]:
    """One of the team, on a ledger that is sound in the end."""
    team = copied(made, tmp_path)
    yield team.jo
    assert team.faults() == []


def rows_at(clone: Clone, at: str = EVENING) -> list[dict[str, Any]]:
    """Decisions of every cohort, on both sides of the split."""
    return served(serving(clone), "chat", KEYS, at, (*NEXT, *PREV))


def built(clone: Clone, rows: list[dict[str, Any]], folder: Path, **wanted: Any) -> Built:
    log = write_csv(clone.directory / "log.csv", rows)
    return build(clone.workspace(), PACKET, folder, Wanted(**wanted), str(log))


def opens(clone: Clone, folder: Path) -> Opened:
    return open_pack(clone.workspace(), PACKET, folder)


@pytest.fixture(scope="module")
def pack(made: Team, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three clean decisions of each cohort on next; copied before it is written to."""
    clone = copied(made, tmp_path_factory.mktemp("builders")).jo
    folder = tmp_path_factory.mktemp("packs") / "pack"
    built(clone, rows_at(clone), folder)
    return folder


@pytest.fixture(scope="module")
def there(made: Team, tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """The ledger that the pack was built from, in another clone; only read."""
    return copied(made, tmp_path_factory.mktemp("readers")).mara.workspace()


def contents(folder: Path) -> dict[str, bytes]:
    there = (path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in there}


def bundles(folder: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((folder / "bundles.json").read_bytes())
    return found


def test_every_decision_has_all_that_was_bound_for_it(there: Workspace, pack: Path) -> None:
    state = there.state
    said = bundles(pack)
    next_ = state.packets[PACKET].next
    assert next_ is not None and len(said["decisions"]) == 12
    for found in said["decisions"].values():
        bound = said["bindings"][found["binding"]]
        assert (found["decides"], found["phase"], bound["packet"]) == ("to", "canary", PACKET)
        assert (bound["percent"], bound["since"]) == (5, "2026-11-16T10:00:00Z")
        assert bound["to"] == {
            "baseline": "chat-b2",
            "digest": next_.digest,
            "model_version": next_.model_version,
            "calibration": next_.calibration,
        }
        assert bound["rest"]["baseline"] == "chat-b1"
        assert bound["record"] == state.surfaces["chat"].cohorts[bound["cohort"]][-1].record
        assert git(there.context.directory, "cat-file", "-t", bound["commit"]) == "commit"
        assert said["baselines"][next_.digest]["components"] == next_.components


def test_pack_holds_the_bytes_of_every_pinned_file(pack: Path) -> None:
    pinned = {
        digest
        for baseline in bundles(pack)["baselines"].values()
        for component in baseline["components"].values()
        for digest in component.get("files", {}).values()
    }
    held = {digest_of(path.read_bytes()) for path in (pack / "files").iterdir()}
    assert pinned and held == pinned


def test_pack_opens_in_another_clone_and_is_complete(there: Workspace, pack: Path) -> None:
    found = open_pack(there, PACKET, pack)
    assert found.broken == [] and found.excluded == {}
    assert [row["cohort"] for row in found.rows] == sorted(KEYS)
    assert all(row["counts"] == {"complete": 3, "broken": 0} and row["n"] == 3 for row in found.rows)


def test_same_log_and_ledger_give_the_same_bytes_anywhere(jo: Clone, pack: Path, tmp_path: Path) -> None:
    built(jo, rows_at(jo), tmp_path / "elsewhere")
    assert contents(tmp_path / "elsewhere") == contents(pack)
    later = jo.at("2026-11-18T00:00:00Z")
    built(later, rows_at(jo), tmp_path / "later")
    assert contents(tmp_path / "later") == contents(pack)


def test_pack_says_nothing_of_this_machine(pack: Path) -> None:
    places = (b"/tmp", b"/home", b"log.csv", str(pack.parent).encode())
    assert [name for name, data in contents(pack).items() if any(place in data for place in places)] == []


def test_newest_are_taken_and_of_equal_times_the_first_by_name(jo: Clone, tmp_path: Path) -> None:
    rows = [*rows_at(jo), *rows_at(jo, NIGHT), *rows_at(jo, "2026-11-18T00:00:00Z")]
    found = built(jo, rows[::-1], tmp_path / "pack", latest=1, cohorts=("xr-na",))
    ids = sorted(row["decision_id"] for row in rows_at(jo, NIGHT) if row["unit_key"] in NEXT)
    assert [each.id for each in found.decisions] == [next(each for each in ids if "xr-na" in each)]


def test_late_and_rightly_on_prev_are_taken_only_by_id(jo: Clone, tmp_path: Path) -> None:
    """A side that its unit never decides shows nothing of next; a late stamp is broken where it is asked for."""
    old = rows_at(jo)
    jo.at("2026-11-17T01:00:00Z").done(Extend(PACKET, ("pc-na",), 100))
    moved = jo.at("2026-11-17T05:00:00Z")
    (late,) = [row for row in old if row["cohort_key"] == "pc-na" and row["unit_key"] == PREV[0]]
    late = late | {"decision_id": "late", "decided_at": "2026-11-17T01:00:30Z"}
    assert "late" not in {each.id for each in built(moved, [*old, late], tmp_path / "newest").decisions}
    right = next(row["decision_id"] for row in old if row["unit_key"] == PREV[0])
    built(moved, [*old, late], tmp_path / "named", ids=("late", right))
    found = opens(moved, tmp_path / "named")
    assert [(each.decision["decision_id"], each.trouble) for each in found.broken] == [("late", "late")]
    assert found.excluded == {"on_prev": 1} and not right.endswith(f"pc-na-{PREV[0]}")
    assert [(row["cohort"], row["counts"]) for row in found.rows] == [
        ("pc-na", {"complete": 0, "broken": 1}),
    ]


STAMPS = {
    "mismatched": {"model_version_active": "gpt-5"},
    "missing_version": {"model_version_active": None},
    "calibration_missing": {"calibration_packet_id": None},
}


@pytest.mark.parametrize(("trouble", "wrong"), STAMPS.items())
def test_decision_is_broken_when_its_stamp_is_wrong(
    jo: Clone, tmp_path: Path, trouble: str, wrong: dict[str, Any]
) -> None:
    rows = rows_at(jo)
    rows[0] |= wrong
    built(jo, rows, tmp_path / "pack")
    found = opens(jo, tmp_path / "pack")
    assert [(each.decision["decision_id"], each.trouble) for each in found.broken] == [
        (rows[0]["decision_id"], trouble)
    ]
    assert found.rows[0]["counts"] == {"complete": 2, "broken": 1}


def edited(name: str, old: bytes, new: bytes) -> Callable[[Path], object]:
    def edit(folder: Path) -> None:
        data = (folder / name).read_bytes()
        assert old in data
        (folder / name).write_bytes(data.replace(old, new, 1))

    return edit


def linked(folder: Path) -> None:
    (folder / "bundles.json").rename(folder.parent / "moved.json")
    (folder / "bundles.json").symlink_to(folder.parent / "moved.json")


def pinned_file(folder: Path) -> Path:
    return min((folder / "files").iterdir())


EDITS: dict[str, tuple[Callable[[Path], object], str]] = {
    "a stamp": (edited("decisions.jsonl", b"+v2", b"+v3"), "decisions.jsonl was changed"),
    "a bundle": (edited("bundles.json", b'"percent": 5', b'"percent": 50'), "bundles.json was changed"),
    "a pinned file": (lambda folder: pinned_file(folder).write_bytes(b"x"), "was changed"),
    "a pinned file that is gone": (lambda folder: pinned_file(folder).unlink(), "is missing"),
    "no decisions": (lambda folder: (folder / "decisions.jsonl").unlink(), "decisions.jsonl is missing"),
    "a link": (linked, "bundles.json is missing"),
    "more than there was": (lambda folder: (folder / "x").touch(), "x is not in the manifest"),
    "who gave it": (edited(MANIFEST, b'"support"', b'"qa"'), "MANIFEST.json was changed"),
}


@pytest.mark.parametrize(("edit", "told"), EDITS.values(), ids=EDITS.keys())
def test_pack_is_not_opened_when_a_file_was_changed(
    there: Workspace, pack: Path, tmp_path: Path, edit: Callable[[Path], object], told: str
) -> None:
    folder = tmp_path / "pack"
    shutil.copytree(pack, folder)
    edit(folder)
    with pytest.raises(RefusedError, match="was changed after it was built") as caught:
        open_pack(there, PACKET, folder)
    assert told in caught.value.notes[0]
    assert caught.value.type_line == f"govern evidence replay {PACKET} --build NEW-FOLDER"


def resealed(pack: Path, folder: Path, edit: Callable[[dict[str, bytes]], object], **said: Any) -> Path:
    """The pack as somebody would forge it: edited, and every digest made anew."""
    files = contents(pack)
    manifest = json.loads(files.pop(MANIFEST))
    edit(files)
    kept = {name: value for name, value in manifest.items() if name not in ("format", "id", "files")}
    lay(folder, sealed(kept | said, files), files)
    return folder


def forge(old: bytes, new: bytes, name: str = "bundles.json") -> Callable[[dict[str, bytes]], object]:
    def edit(files: dict[str, bytes]) -> None:
        assert old in files[name]
        files[name] = files[name].replace(old, new)

    return edit


def without(*path: str) -> Callable[[dict[str, bytes]], object]:
    """The first entry of a part of `bundles.json` taken out."""

    def edit(files: dict[str, bytes]) -> None:
        value = json.loads(files["bundles.json"])
        value[path[0]].pop(min(value[path[0]]))
        files["bundles.json"] = json.dumps(value).encode()

    return edit


def shaped(value: bytes) -> Callable[[dict[str, bytes]], object]:
    return lambda files: files.update({"bundles.json": value})


FORGED: dict[str, tuple[Callable[[dict[str, bytes]], object], str]] = {
    "another share": (forge(b'"percent": 5', b'"percent": 50'), "bundle_differs"),
    "another phase": (forge(b'"phase": "canary"', b'"phase": "wide"'), "bundle_differs"),
    "another component": (forge(b'"version": "v1"', b'"version": "v9"'), "bundle_differs"),
    "a baseline left out": (without("baselines"), "bundle_differs"),
    "a decision left out": (without("decisions"), "bundle_missing"),
    "a binding left out": (without("bindings"), "bundle_missing"),
    "no object": (shaped(b"[]"), "bundle_missing"),
    "no JSON": (shaped(b"{"), "bundle_missing"),
    "strange shapes": (shaped(b'{"decisions": [1], "bindings": 7}'), "bundle_missing"),
    "a pinned file left out": (
        lambda files: files.pop(min(name for name in files if "/" in name)), "file_missing",
    ),
    "another stamp": (forge(b"+v2", b"+v3", "decisions.jsonl"), "mismatched"),
    "another unit": (
        forge(f'"unit_key":"{NEXT[0]}"'.encode(), f'"unit_key":"{PREV[0]}"'.encode(), "decisions.jsonl"),
        "mismatched",
    ),
    "another surface": (forge(b'"surface":"chat"', b'"surface":"shop"', "decisions.jsonl"), "unbound"),
    "a time before anything": (forge(b"2026-11-16", b"2020-11-16", "decisions.jsonl"), "unbound"),
}  # fmt: skip


@pytest.mark.parametrize(("edit", "trouble"), FORGED.values(), ids=FORGED.keys())
def test_decision_is_broken_when_the_ledger_says_otherwise(
    there: Workspace, pack: Path, tmp_path: Path, edit: Callable[[dict[str, bytes]], object], trouble: str
) -> None:
    """Digests only show that a folder is whole; what it says is compared with the ledger."""
    found = open_pack(there, PACKET, resealed(pack, tmp_path / "pack", edit))
    assert {each.trouble for each in found.broken} == {trouble}


def test_decisions_that_are_no_log_are_refused(there: Workspace, pack: Path, tmp_path: Path) -> None:
    nameless = resealed(pack, tmp_path / "pack", lambda files: files.update({"decisions.jsonl": b"{}\n"}))
    with pytest.raises(GovernError, match="log with faults"):
        open_pack(there, PACKET, nameless)


def test_pack_of_something_else_is_refused(there: Workspace, pack: Path, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=f"is of {PACKET} on chat, not of {TV}"):
        open_pack(there, TV, pack)
    unknown = resealed(pack, tmp_path / "unknown", dict, commit="0" * 40)
    with pytest.raises(UsageError, match="not in this clone") as caught:
        open_pack(there, PACKET, unknown)
    assert caught.value.type_line == "govern log --fetch"
    other = resealed(pack, tmp_path / "other", dict, ledger="sha256:" + "0" * 64)
    with pytest.raises(UsageError, match="of another ledger"):
        open_pack(there, PACKET, other)


@pytest.mark.parametrize("data", [None, b"", b"[]", b"{}", b"\xff", b"[" * 100_000])
def test_folder_that_is_no_pack_is_told_so(tmp_path: Path, data: bytes | None) -> None:
    folder = tmp_path / "pack"
    if data is not None:
        folder.mkdir()
        (folder / MANIFEST).write_bytes(data)
    with pytest.raises(UsageError, match="is no replay pack" if data is None else "is no manifest"):
        manifest_of(folder)


def test_pack_stays_complete_when_its_cohort_moves_on_and_shows_nothing_of_now(jo: Clone, pack: Path) -> None:
    jo.at("2026-11-17T01:00:00Z").done(Extend(PACKET, ("pc-na",), 100))
    found = opens(jo.at("2026-11-17T05:00:00Z"), pack)
    assert found.broken == [] and found.excluded == {"before_move": 3}
    assert [row["cohort"] for row in found.rows] == [key for key in sorted(KEYS) if key != "pc-na"]


def test_pack_of_an_incident_opens_after_the_rollback(jo: Clone, tmp_path: Path) -> None:
    """Who was on what in the incident window is no guess, and its pack is no evidence for a border."""
    rows = rows_at(jo)
    go(jo, packet=PACKET)
    after = jo.at("2026-11-17T05:00:00Z")
    found = built(after, rows, tmp_path / "pack")
    assert found.manifest["phase"] == "rolled_back" and found.manifest["cohorts"] == sorted(KEYS)
    pack = opens(after, tmp_path / "pack")
    assert pack.broken == [] and pack.excluded == {"not_on_next": 12}
    with pytest.raises(Refusal, match="it has ended"):
        pack.command()


def test_decision_after_a_rollback_is_broken_by_name(jo: Clone, tmp_path: Path) -> None:
    old = serving(jo)
    go(jo, packet=PACKET)
    after = jo.at("2026-11-17T05:00:00Z")
    stale = served(old, "chat", ["xr-na"], "2026-11-17T04:00:00Z", NEXT[:1])
    built(after, stale, tmp_path / "pack", ids=(stale[0]["decision_id"],))
    found = opens(after, tmp_path / "pack")
    assert [each.trouble for each in found.broken] == ["mismatched"]
    (said,) = bundles(tmp_path / "pack")["decisions"].values()
    assert (said["phase"], said["decides"]) == (None, "to")


def test_what_is_recorded_is_what_opening_showed(jo: Clone, pack: Path) -> None:
    found = opens(jo, pack)
    done = jo.done(found.command())
    assert isinstance(done.decision, Accepted)
    after = jo.workspace()
    (record,) = after.state.packets[PACKET].evidence
    source = record.body["source"]
    assert (record.body["border"], record.body["windows"], source["name"]) == ("wide", [], "replay_pack")
    assert source["params"] == {
        "pack": found.manifest["id"],
        "origin": "support",
        "commit": found.manifest["commit"],
        "last": EVENING,
    }
    assert source["input"] == {
        "path": "pack", "sha256": digest_of((pack / MANIFEST).read_bytes()), "rows": 12,
    }  # fmt: skip
    assert after.documents().table(record.body["table"]["sha256"]) == found.rows


def verdict(clone: Clone) -> Verdict:
    """The check at the border to wide, on what is recorded now."""
    there = clone.workspace()
    on_next = there.state.packets[PACKET].on_next
    border = open_border(
        there.state, there.documents(), PACKET, Actor("jo"), clone.now, to="wide", cohorts=on_next
    )
    return evaluate(border, [Item("replay_pack", check.check)])[0]


def test_check_passes_on_complete_decisions_and_fails_a_broken_cohort(jo: Clone, tmp_path: Path) -> None:
    assert verdict(jo).outcome == "inconclusive"
    rows = rows_at(jo)
    built(jo, rows, tmp_path / "clean")
    jo.done(opens(jo, tmp_path / "clean").command())
    assert verdict(jo).outcome == "passed"
    rows[0] |= STAMPS["missing_version"]
    built(jo, rows, tmp_path / "broken")
    jo.done(opens(jo, tmp_path / "broken").command())
    assert (verdict(jo).outcome, verdict(jo).cohorts) == ("failed", {"pc-eu": "failed"})


def test_synthetic_pack_opens_and_is_no_evidence(jo: Clone, tmp_path: Path) -> None:
    built(jo, rows_at(jo), tmp_path / "pack", origin="synthetic")
    found = opens(jo, tmp_path / "pack")
    assert found.broken == []
    refused = jo.do(found.command()).decision
    assert isinstance(refused, Refused) and "origin synthetic" in refused.reasons[0]


def test_pack_is_built_and_opened_in_passing(jo: Clone) -> None:
    log = write_csv(jo.directory / "log.csv", rows_at(jo))
    found = replayed(jo.workspace(), PACKET, str(log))
    assert [row["n"] for row in found.rows] == [1, 1, 1, 1] and found.input["path"] == "replay-pack"
    jo.done(found.command())


WISHES: dict[str, tuple[dict[str, Any], str, str | None]] = {
    "an id that is not there": (
        {"ids": ("d1",)}, "has no decision d1", "govern evidence replay no-system-prompt --build NEW-FOLDER",
    ),
    "a slip in a cohort": ({"cohorts": ("xr-nb",)}, "nearest: xr-na", "--cohort xr-na"),
    "a cohort of another packet": ({"cohorts": ("tv",)}, "was never on next", None),
    "a decision of another cohort": ({"ids": ("tv-1",)}, "tv-1 is a decision of tv", None),
    "a decision without a key": ({"ids": ("keyless",)}, "without a cohort key", None),
    "a decision elsewhere": ({"ids": ("shop-1",)}, "was decided on shop", None),
    "a decision before the ledger": (
        {"ids": ("early",)}, "before anything was bound", "govern binding history --surface chat",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("wanted", "told", "line"), WISHES.values(), ids=WISHES.keys())
def test_what_cannot_be_packed_is_told(
    there: Workspace, tmp_path: Path, wanted: dict[str, Any], told: str, line: str | None
) -> None:
    rows = [
        decision("on-next", decided_at=EVENING, surface="chat", cohort_key="xr-na"),
        decision("tv-1", decided_at=EVENING, surface="chat", cohort_key="tv"),
        decision("keyless", decided_at=EVENING, surface="chat", cohort_key=None),
        decision("shop-1", decided_at=EVENING, surface="shop", cohort_key="xr-na"),
        decision("early", decided_at="2020-01-01T00:00:00Z", surface="chat", cohort_key="xr-na"),
    ]
    log = write_csv(tmp_path / "log.csv", rows)
    with pytest.raises(UsageError, match=told) as caught:
        build(there, PACKET, tmp_path / "pack", Wanted(**wanted), str(log))
    assert line is None or caught.value.type_line == line
    assert not (tmp_path / "pack").exists()


def test_cohort_without_a_decision_is_named_and_no_decision_at_all_refused(jo: Clone, tmp_path: Path) -> None:
    rows = rows_at(jo)
    found = built(jo, [row for row in rows if row["cohort_key"] != "xr-na"], tmp_path / "pack")
    assert found.unseen == ["xr-na"]
    on_prev = [row for row in rows if row["unit_key"] in PREV]
    with pytest.raises(UsageError, match="no decision of") as caught:
        built(jo, on_prev, tmp_path / "none")
    assert caught.value.type_line == "govern binding reconcile --surface chat"


def test_packet_in_draft_is_told_what_comes_first(tmp_path: Path) -> None:
    ana = opened(tmp_path / "clone")
    log = write_csv(tmp_path / "log.csv", [decision("a", surface="chat")])
    with pytest.raises(Refusal, match="no cohort is on next yet"):
        build(ana.workspace(), PACKET, tmp_path / "pack", Wanted(), str(log))


def test_file_that_git_lacks_is_named_and_breaks_its_decisions(
    jo: Clone, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("govern.operations.evidence.replay_bundles.original", lambda *_: None)
    found = built(jo, rows_at(jo), tmp_path / "pack")
    assert found.lacking and not (tmp_path / "pack/files").exists()
    assert {each.trouble for each in opens(jo, tmp_path / "pack").broken} == {"file_missing"}


def test_place_that_is_taken_is_refused_and_nothing_is_left_when_the_disk_is_full(
    jo: Clone, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "full").mkdir()
    (tmp_path / "full/mine").touch()
    (tmp_path / "file").touch()
    places = {"full": "--build {}-2", "file": "--build {}-2", "no/pack": "mkdir -p {}"}
    for name, line in places.items():
        with pytest.raises(UsageError) as caught:
            built(jo, rows_at(jo), tmp_path / name)
        place = tmp_path / ("no" if name == "no/pack" else name)
        assert caught.value.type_line == line.format(place)

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    before = sorted(tmp_path.iterdir())
    monkeypatch.setattr(Path, "rename", full)
    with pytest.raises(GovernError, match="No space left on device"):
        built(jo, rows_at(jo), tmp_path / "pack")
    assert sorted(tmp_path.iterdir()) == before
