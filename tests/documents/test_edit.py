"""--fix writes what can be computed, and nothing else: other lines keep their bytes, and twice is once."""

import random

import pytest

from govern.documents.edit import Edit, mend
from govern.operations.review.validate import validate
from trees import MemoryTree, team

PACKET = "governance/packets/ranker-v12.yaml"
CASES = {
    "wrong digests and versions": [
        ("sha256:70ab", "sha256:0000"),
        ("sha256:c3dc", "sha256:1111"),
        ("model_version_prev: ranker@1.8.2", "model_version_prev: ranker@1"),
    ],
    "fields left blank": [("model_version_next: ranker@1.9.0", "model_version_next:")],
    "null instead of a value": [
        ("model_version_next: ranker@1.9.0", "model_version_next: null # later"),
        ("model_version_prev: ranker@1.8.2", "model_version_prev: 12 # older"),
    ],
    "fields left out": [
        ("  digest: sha256:70ab0010622eca1e18e7a13acdb10c28b3b03e986cf929e1d6ba87757c3b7834\n", ""),
        ("model_version_prev: ranker@1.8.2\n", ""),
    ],
    "in braces": [
        (
            "prev:\n  baseline: ranking-b6\n"
            "  digest: sha256:70ab0010622eca1e18e7a13acdb10c28b3b03e986cf929e1d6ba87757c3b7834\n",
            "prev: {baseline: ranking-b6}   # the old one\n",
        ),
    ],
    "in quotes": [("digest: sha256:70ab", 'digest: "sha256:70ab" # was 70ab')],
}


def with_changes(changes: list[tuple[str, str]], path: str = PACKET) -> dict[str, bytes]:
    files = team()
    for old, new in changes:
        assert old.encode() in files[path]
        files[path] = files[path].replace(old.encode(), new.encode())
    return files


def mended(files: dict[str, bytes]) -> tuple[dict[str, bytes], list[Edit]]:
    edits = mend(MemoryTree(files), "governance")
    return {**files, **{edit.path: edit.after for edit in edits}}, edits


@pytest.mark.parametrize("changes", list(CASES.values()), ids=list(CASES))
def test_mend_fills_digests_and_versions(changes: list[tuple[str, str]]) -> None:
    after, edits = mended(with_changes(changes))
    assert [edit.path for edit in edits] == [PACKET]
    assert validate(MemoryTree(after), "governance").findings == ()
    assert edits[0].diff().startswith(f"--- a/{PACKET}\n+++ b/{PACKET}\n@@")
    assert mended(after)[1] == []


def test_mend_puts_quotes_around_ambiguous_words_alone() -> None:
    files = with_changes([("region: [na, eu]", "region: [no, na]")], "governance/cohorts.yaml")
    after, edits = mended(files)
    assert b'region: ["no", na]' in after["governance/cohorts.yaml"]
    assert len(edits) == 1 and mended(after)[1] == []


def test_mend_adds_the_schema_line_where_the_schemas_lie_beside() -> None:
    files = team()
    files["governance/.schemas/packet.v1.schema.json"] = b"{}"
    after, edits = mended(files)
    assert [edit.path for edit in edits] == [PACKET]
    first, rest = after[PACKET].split(b"\n", 1)
    assert first == b"# yaml-language-server: $schema=../.schemas/packet.v1.schema.json"
    assert rest == files[PACKET]
    assert mended(after)[1] == []


def test_mend_leaves_alone_what_it_cannot_compute() -> None:
    files = with_changes(
        [("baseline: ranking-b6", "baseline: ranking-b9"), ("percent: 100", "percent: 1000")]
    )
    assert mended(files)[1] == []


def test_mend_keeps_every_untouched_line_and_is_idempotent() -> None:
    """Seeded: comments, blank lines and quotes anywhere survive byte for byte."""
    chance = random.Random(41)
    for _ in range(60):
        changes = [
            change for case in ("wrong digests and versions", "fields left blank") for change in CASES[case]
        ]
        files = with_changes(chance.sample(changes, chance.randint(1, len(changes))))
        lines = files[PACKET].decode().split("\n")
        for _ in range(chance.randint(0, 6)):
            place = chance.randrange(len(lines))
            lines[place] += chance.choice(["   # why", "  #x: y", ""])
            lines.insert(place, chance.choice(["# a comment: {with} [signs]", "", "   # déjà vu"]))
        files[PACKET] = "\n".join(lines).encode()
        after, edits = mended(files)
        (edit,) = edits
        old, new = edit.before.split(b"\n"), edit.after.split(b"\n")
        assert len(old) == len(new)
        changed = [(one, two) for one, two in zip(old, new, strict=True) if one != two]
        assert 1 <= len(changed) <= 4
        for one, two in changed:
            assert one.split(b":")[0] == two.split(b":")[0]
            assert one.partition(b" #")[1:] == two.partition(b" #")[1:]
        assert mended(after)[1] == []
