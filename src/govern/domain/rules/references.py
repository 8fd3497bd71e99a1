"""Every name in a document stands for something that is there. Which texts are names is said by the schemas."""

from collections.abc import Iterable, Iterator

from govern.domain.document import FOLDERS, Document
from govern.domain.findings import Finding, nearest
from govern.domain.rules.view import Explanation, Mention, View, dictionary, finding, mapping, texts

CODES = {
    "GOV-REF-001": Explanation(
        "no such document",
        "A reference that leads nowhere is a rule that nobody applies.",
        "Take the nearest id, or write the document: govern new KIND ID.",
    ),
    "GOV-REF-002": Explanation(
        "no such person",
        "A duty or an approval must fall on somebody who can be called.",
        "Take an id from `people` in govern.yaml, or add the person there.",
    ),
    "GOV-REF-003": Explanation(
        "no such surface",
        "Bindings are kept for each surface of govern.yaml and for no other.",
        "Take an id from `surfaces` in govern.yaml, or add the surface there.",
    ),
    "GOV-REF-004": Explanation(
        "no such role",
        "There are five roles, and what each may do is fixed.",
        "Take one of `roles` in govern.yaml.",
    ),
    "GOV-REF-005": Explanation(
        "no such trigger class",
        "The list is closed, so that every class has an owner and a package.",
        "Take one of `trigger_classes` in govern.yaml. A new one is added there and policy.epoch raised by one; both"
        " are merged, and then: govern policy adopt.",
    ),
    "GOV-REF-006": Explanation(
        "no such file",
        "What is not in the repository cannot be read again when the decision is audited.",
        "Add the file, or mend the path; paths are relative to the root of the repository.",
    ),
    "GOV-REF-007": Explanation(
        "no file matches",
        "A baseline pins bytes; a pattern that matches nothing pins nothing.",
        "Add the files, or mend the pattern; `**` is any number of folders.",
    ),
    "GOV-REF-008": Explanation(
        "no such source",
        "A KPI is measured on shadow pairs, decisions, replays, records, or a source of the workspace.",
        "Take one of these, or add it to `sources` in govern.yaml.",
    ),
    "GOV-COH-001": Explanation(
        "cohort not in the dictionary",
        "Cohorts are compared byte for byte; a key with a slip selects nobody.",
        "Take the nearest key, or add the cohort to cohorts.yaml.",
    ),
    "GOV-COH-004": Explanation(
        "no such attribute",
        "A selector on an attribute that no cohort has selects nobody.",
        "Take one of the attributes of cohorts.yaml.",
    ),
}
ROLES = ("rollout_approve", "monitoring_review", "rollback_execute", "evaluator", "policy_change")
BUILT_IN_SOURCES = ("shadow_pairs", "decisions", "replays", "records")
LISTED = {  # what is named: its code, its word, where it is kept
    "person": ("GOV-REF-002", "person", "people"),
    "surface": ("GOV-REF-003", "surface", "surfaces"),
    "role": ("GOV-REF-004", "role", "roles"),
    "trigger-class": ("GOV-REF-005", "trigger class", "trigger_classes"),
    "source": ("GOV-REF-008", "source", "sources"),
}


def check(view: View) -> Iterator[Finding]:
    for key in sorted(view.mentions):
        for mention in view.mentions[key]:
            yield from _check(view, view.documents[key], mention)


def _check(view: View, document: Document, mention: Mention) -> Iterator[Finding]:
    if mention.what in FOLDERS:
        known = {name for kind, name in (*view.documents, *view.unread) if kind == mention.what}
        if mention.name not in known:
            hint = (
                _near(mention.name, known) or f"there is none yet: govern new {mention.what} {mention.name}"
            )
            yield _at(document, mention, "GOV-REF-001", f"no such {mention.what}", hint)
    elif mention.what == "cohort":
        yield from _cohort(view, document, mention)
    elif mention.what == "attribute":
        attributes = {name for tags in dictionary(view).values() for name in tags if name != "title"}
        if attributes and mention.name not in attributes:
            hint = _near(mention.name, attributes)
            yield _at(document, mention, "GOV-COH-004", "no such attribute", hint)
    elif mention.what == "path" and not view.exists(mention.name):
        beside = _beside(view, mention.name)
        hint = f"Write: {beside}" if view.exists(beside) else "it counts from the root of the repository"
        yield _at(document, mention, "GOV-REF-006", "no such file", hint)
    elif mention.what == "glob" and not view.pinned(mention.name):
        beside = _beside(view, mention.name)
        hint = f"Write: {beside}" if view.pinned(beside) else "it counts from the root of the repository"
        yield _at(document, mention, "GOV-REF-007", "no file matches", hint)
    elif mention.what in LISTED:
        yield from _listed(view, document, mention)


def _beside(view: View, path: str) -> str:
    """The path as it would be if it was meant from beside the folder of documents."""
    return f"{view.folder.rpartition('/')[0]}/{path}".lstrip("/")


def _cohort(view: View, document: Document, mention: Mention) -> Iterator[Finding]:
    cohorts = view.single("cohorts")
    known = dictionary(view)
    if cohorts is None or mention.name in known:
        return
    close = nearest(mention.name, known)
    hint = _near(mention.name, known)
    if close:
        name = cohorts.path.rpartition("/")[2]
        hint += f" ({name}:{cohorts.positions.of(('cohorts', close), key=True).line})"
    yield _at(document, mention, "GOV-COH-001", "cohort not in the dictionary", hint)


def _listed(view: View, document: Document, mention: Mention) -> Iterator[Finding]:
    code, word, where = LISTED[mention.what]
    workspace = view.single("workspace")
    if workspace is None:
        return
    known = {*mapping(workspace.value, where), *texts(workspace.value, where)}
    known |= {"role": set(ROLES), "source": set(BUILT_IN_SOURCES)}.get(mention.what, set())
    if mention.name not in known:
        hint = _near(mention.name, known)
        if mention.what == "trigger-class" and nearest(mention.name, known) is None:
            hint += f"; a new one is added to trigger_classes in {workspace.path.rpartition('/')[2]}"
            hint += ", with the next policy.epoch, and counts after: govern policy adopt"
        yield _at(document, mention, code, f"no such {word}", hint.removeprefix("; "))


def _near(name: str, known: Iterable[str]) -> str:
    """The nearest name; else those there are, as far as a reader can take them in."""
    names = sorted(known)
    close = nearest(name, names)
    if close:
        return f"nearest: {close}"
    shown = ", ".join(names[:8])
    return f"there are: {shown}" + (f" and {len(names) - 8} more" if len(names) > 8 else "") if names else ""


def _at(document: Document, mention: Mention, code: str, message: str, hint: str) -> Finding:
    return finding(document, mention.pointer, code, message, hint, key=mention.key)
