"""What is wrong with a single document: cases of every kind, each with its codes in the order of lines."""

from pathlib import Path

import pytest
import yaml

from govern.documents.catalog import declared_kind, parse_document
from govern.domain.document import FOLDERS, SINGLE_FILES

CASES = sorted((Path(__file__).parents[1] / "cases" / "documents").glob("*/*.yaml"))


def path_for(kind: str, text: str) -> str:
    value = yaml.load(text, Loader=yaml.BaseLoader)
    name = value.get("id") if isinstance(value, dict) else None
    if kind in FOLDERS:
        return f"governance/{FOLDERS[kind]}/{name or 'nameless'}.yaml"
    return f"governance/{SINGLE_FILES[kind]}" if kind in SINGLE_FILES else "answers/one.yaml"


@pytest.mark.parametrize("file", CASES, ids=lambda file: f"{file.parent.name}/{file.stem}")
def test_document_gives_exactly_the_findings_of_its_case(file: Path) -> None:
    case = yaml.load(file.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)
    path = path_for(file.parent.name, case["document"])
    document, findings = parse_document(path, case["document"].encode(), "governance")
    shown = [
        f"{finding.line}:{finding.column} {finding.code} {finding.message}: {finding.hint}"
        for finding in findings
    ]
    assert [finding.code for finding in findings] == case["expect"], shown
    assert document is None or declared_kind(document.value) in (document.kind, None)
    for finding in findings:
        assert finding.message and finding.hint, shown
