"""Where documents lie: finding the folder, reading one document, and files that claim an id they cannot use."""

import pytest

from govern.documents.catalog import find_folder, parse_document, path_of, read_catalog, read_document
from govern.domain.document import digest_of
from govern.errors import DocumentError
from trees import MemoryTree, team

FOUND = [
    ({"governance/govern.yaml"}, "", "governance"),
    ({"governance/govern.yaml"}, "governance/packets", "governance"),
    ({"governance/govern.yaml"}, "src/deep/down", "governance"),
    ({"govern.yaml"}, "kpis", ""),
    ({"a/gov/govern.yaml", "b/gov/govern.yaml"}, "b/src", "b/gov"),
]


@pytest.mark.parametrize(("files", "start", "folder"), FOUND)
def test_find_folder_looks_upwards(files: set[str], start: str, folder: str) -> None:
    assert find_folder(MemoryTree(dict.fromkeys(files, b"")), start) == folder


@pytest.mark.parametrize(
    ("files", "said"), [({"x.yaml"}, "no workspace"), ({"a/govern.yaml", "b/govern.yaml"}, "several")]
)
def test_find_folder_says_what_to_type_where_it_cannot_choose(files: set[str], said: str) -> None:
    with pytest.raises(DocumentError, match=said) as caught:
        find_folder(MemoryTree(dict.fromkeys(files, b"")))
    assert caught.value.type_line


def test_one_document_is_read_alone_and_equals_that_of_the_catalog() -> None:
    tree = MemoryTree(team())
    document, findings = read_document(tree, "governance", "packet", "ranker-v12")
    assert document is not None and findings == []
    assert document.digest == digest_of(tree.files[document.path])
    assert document == read_catalog(tree, "governance").documents["packet", "ranker-v12"]
    assert read_document(tree, "governance", "packet", "none") == (None, [])
    assert path_of("governance", "workspace", "main") == "governance/govern.yaml"


def test_id_that_ends_in_a_line_feed_is_refused() -> None:
    text = team()["governance/kpis/gate-flip-count.yaml"].replace(
        b"id: gate-flip-count", b'id: "gate-flip-count\\n"'
    )
    _, findings = parse_document("governance/kpis/gate-flip-count.yaml", text, "governance")
    assert [finding.code for finding in findings] == ["GOV-DOC-006"]
    text = team()["governance/cohorts.yaml"].replace(b"  pc-na:", b'  "pc-na\\n":')
    _, findings = parse_document("governance/cohorts.yaml", text, "governance")
    assert [finding.code for finding in findings] == ["GOV-DOC-006"]


def test_large_dictionary_is_read_within_its_own_limits() -> None:
    rows = "".join(f"  cohort-{number}: {{platform: pc}}\n" for number in range(20_000))
    text = f"kind: cohorts/v1\nid: main\ncohorts:\n{rows}".encode()
    document, findings = parse_document("governance/cohorts.yaml", text, "governance")
    assert document is not None and findings == []
    assert parse_document("governance/kpis/x.yaml", text, "governance")[1][0].code == "GOV-YML-005"
