"""Every fault of every document in one run: what each file says by itself, then what they say of each other."""

from collections.abc import Collection
from dataclasses import dataclass, replace

from govern.documents import codes, yaml_codes
from govern.documents.catalog import Catalog, parse_document, read_catalog
from govern.documents.tree import Tree, WorkingTree, under
from govern.domain import rules
from govern.domain.findings import Finding, has_errors
from govern.domain.rules.view import Explanation, Mention, View
from govern.errors import UsageError

CODES: dict[str, Explanation] = {**yaml_codes.CODES, **codes.CODES, **rules.CODES}


@dataclass(frozen=True, slots=True)
class Report:
    """Findings sorted by path and line; `documents` is how many files were read; `sources` their bytes."""

    findings: tuple[Finding, ...]
    documents: int
    folder: str
    sources: dict[str, bytes]

    @property
    def ok(self) -> bool:
        return not has_errors(self.findings)


def validate(tree: Tree, folder: str, paths: Collection[str] | None = None) -> Report:
    """Check all documents of `folder`. With `paths` (repository-relative files or folders) only their
    findings are reported, and files outside the folder are read as documents too; UsageError for a path
    that is not there."""
    catalog = read_catalog(tree, folder)
    findings = _all(catalog)
    read = dict(catalog.data)
    if paths is not None:
        wanted = {path.rstrip("/") for path in paths}
        for path in sorted(wanted):
            if not any(_within(known, path) for known in read):
                findings += _outside(tree, catalog, path, read)
        findings = [finding for finding in findings if any(_within(finding.path, path) for path in wanted)]
        read = {path: data for path, data in read.items() if any(_within(path, each) for each in wanted)}
    findings = _promised(tree, folder, findings)
    return Report(tuple(sorted(findings, key=lambda finding: finding.order)), len(read), folder, read)


def _promised(tree: Tree, folder: str, findings: list[Finding]) -> list[Finding]:
    """Findings as mendable only where an edit would really change their file."""
    if not any(finding.mendable for finding in findings):
        return findings
    from govern.documents import edit

    edited = {each.path for each in edit.mend(tree, folder)}
    return [replace(finding, mendable=finding.mendable and finding.path in edited) for finding in findings]


def mend(tree: WorkingTree, folder: str, paths: Collection[str] | None = None) -> str:
    """Write what can be computed into the working tree; the diff of what was written, empty where nothing was."""
    from govern.documents import edit

    wanted = None
    if paths is not None:
        wanted = [path for path in under(tree, folder) if any(_within(path, each) for each in paths)]
    edits = edit.mend(tree, folder, wanted)
    for each in edits:
        tree.write(each.path, each.after)
    return "".join(each.diff() for each in edits)


def _within(path: str, wanted: str) -> bool:
    return not wanted or path == wanted or path.startswith(wanted + "/")


def _all(catalog: Catalog) -> list[Finding]:
    """What the files say by themselves, then the rules; a place that has an error already is left alone."""
    findings = list(catalog.findings)
    told = {(finding.path, finding.line, finding.column) for finding in findings}
    for finding in rules.check_all(catalog.view()):
        if (finding.path, finding.line, finding.column) not in told:
            findings.append(finding)
    return findings


def _outside(tree: Tree, catalog: Catalog, path: str, read: dict[str, bytes]) -> list[Finding]:
    """A file that a person points at, such as drill answers: read alone, its references looked up."""
    data = tree.read(path)
    if data is None:
        raise UsageError(f"no such file: {path}", type_line="govern validate")
    read[path] = data
    document, findings = parse_document(path, data, catalog.folder)
    if document is not None:
        view, key = catalog.view(), (document.kind, document.id)
        mentioned: dict[tuple[str, str], tuple[Mention, ...]] = {
            key: _mentions(document.kind, document.value)
        }
        alone = View(
            view.folder, {**view.documents, key: document}, view.unread, mentioned, view.exists, view.pinned
        )
        findings += rules.references.check(alone)
    return findings


def _mentions(kind: str, value: object) -> tuple[Mention, ...]:
    from govern.documents.schemas import mentions

    return mentions(kind, value)
