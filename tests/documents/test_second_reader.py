"""Two YAML libraries read alike what we accept; where they do not, nothing is written."""

from pathlib import Path

import pytest

from govern.documents.second_reader import reads_the_same
from govern.documents.yaml import DICTIONARY, scan
from workspaces import EXAMPLES

DOCUMENTS = sorted(EXAMPLES.rglob("*.yaml"))


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.relative_to(EXAMPLES).as_posix())
def test_every_example_reads_the_same_to_another_library(path: Path) -> None:
    data = path.read_bytes()
    found = scan(data, limits=DICTIONARY)
    assert reads_the_same(data, found.value, found.sources)


@pytest.mark.parametrize("other", ["a: 2", "a: '1'\nb: 1", "b: 1", "a: [1]", "a: {", "- 1"])
def test_another_value_is_not_the_same(other: str) -> None:
    found = scan(b"a: 1")
    assert not reads_the_same(other.encode(), found.value, found.sources)
