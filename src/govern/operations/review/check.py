"""What a pull request runs: every document at its head, and whether it moves what the ledger holds fixed.

Judged by the policy and the records of the ledger as it was last fetched, never by what the branch says.
Nothing is fetched and nothing is written. Without a ledger in the clone documents alone are judged.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from govern.documents.catalog import KIND_OF, find_folder, parse_document, path_of
from govern.domain.decision import Refusal
from govern.domain.difference import differences, shown
from govern.domain.findings import Finding, has_errors
from govern.domain.policy import policy_of, view_of
from govern.domain.rules.view import Explanation
from govern.errors import RepositoryError
from govern.operations.asking import raised
from govern.operations.context import Context
from govern.operations.policies import changes
from govern.operations.review import frozen, pull_request
from govern.operations.review.effects import Effect, effect_of
from govern.operations.review.fixed import BASELINES
from govern.operations.review.frozen import Comparison
from govern.operations.review.pull_request import PullRequest, open_pull_request, records_carried
from govern.operations.review.validate import Report, validate
from govern.operations.workspace import Workspace, open_workspace

OWN = {
    "GOV-CHK-002": Explanation(
        "govern.yaml is not the policy in force",
        "Decisions take the policy from the ledger: neither a pull request nor a merge makes a rule.",
        "Merge it, then: govern policy adopt. Its quorum is that of the policy before it.",
    ),
    "GOV-CHK-003": Explanation(
        "the epoch of the policy does not rise by one",
        "The epoch numbers what was in force; a policy with another number cannot be adopted.",
        "Write the number that the finding names into policy.epoch.",
    ),
}
CODES = {**pull_request.CODES, **OWN, **frozen.CODES}

NOTHING = Comparison((), (), {})


@dataclass(frozen=True)
class Question:
    """What is asked about. `index` is the GIT_INDEX_FILE of a hook, where `staged` content is meant."""

    base: str
    head: str = "HEAD"
    staged: bool = False
    index: str | None = None


@dataclass(frozen=True)
class Checked:
    """All findings by path and line. `ledger` is the tip that judged; None: there is none in this clone."""

    question: Question
    request: PullRequest
    report: Report
    findings: tuple[Finding, ...]
    ledger: str | None
    remote: str | None  # where a ledger can be fetched from; without it there is none but the one here
    simulated: bool = False
    comparison: Comparison = NOTHING
    effects: tuple[Effect, ...] = ()

    @property
    def ok(self) -> bool:
        return not has_errors(self.findings)


def check(context: Context, question: Question) -> Checked:
    """Judge a pull request, or with `staged` what a commit would hold. Raises GovernError where it cannot."""
    request = open_pull_request(
        context.directory, question.base, question.head, staged=question.staged, index=question.index
    )
    remote = request.repository.remote or next(iter(request.repository.git.lines("remote")), None)
    workspace = _opened(context)
    if workspace is None:
        report = validate(request.after, find_folder(request.after, _here(context.directory, request)))
        findings = _sorted([*report.findings, *records_carried(request)])
        return Checked(question, request, report, findings, None, remote)
    state = workspace.state
    report = validate(request.after, state.folder)
    try:
        comparison = frozen.compare(workspace, request)
    except Refusal as refusal:  # frozen by a version whose documents this one cannot read
        raise raised(refusal.refused) from None
    findings = _sorted(
        [
            *_without_consequences(report, comparison),
            *records_carried(request),
            *(each.finding for each in comparison.moved),
            *(each.finding for each in comparison.agreed),
            *_policy(workspace, request),
        ]
    )
    effects = _effects(workspace, report, comparison)
    return Checked(
        question, request, report, findings, workspace.tip, remote, workspace.simulated, comparison, effects,
    )  # fmt: skip


def _sorted(findings: list[Finding]) -> tuple[Finding, ...]:
    return tuple(sorted(findings, key=lambda finding: finding.order))


def _opened(context: Context) -> Workspace | None:
    """The workspace as last fetched; None where no ledger is in the clone."""
    workspace = open_workspace(context, fetch=False, opened=False)
    if not workspace.state.opened:
        return None
    if (broken := workspace.broken) is not None:
        raise RepositoryError(f"the ledger is broken: {broken.message}", type_line="govern audit")
    if workspace.simulated and context.simulated is None:  # nothing is recorded: its last instant will do
        workspace = replace(workspace, context=replace(context, simulated=workspace.state.at))
    return workspace


def _here(directory: Path, request: PullRequest) -> str:
    root, here = request.repository.root, directory.resolve()
    inside = here.relative_to(root).as_posix() if root and here.is_relative_to(root) else "."
    return "" if inside == "." else inside


def _without_consequences(report: Report, comparison: Comparison) -> list[Finding]:
    """One finding for one mistake: what follows from a moved baseline or a deleted document goes unsaid."""
    errors = [each for each in comparison.moved if each.finding.severity == "error"]
    gone = [key for each in errors if each.finding.code == "GOV-FRZ-004" for key in each.keys]
    baselines = [key for each in errors for key in each.keys if key.startswith(BASELINES)]

    def follows(finding: Finding) -> bool:
        if finding.code == "GOV-PKT-002":  # a digest that is no longer that of the baseline
            return _baseline_meant(report, finding) in baselines
        if finding.code == "GOV-REF-007":  # a pinned file that is not there
            return any(finding.path == f"{report.folder}/{key}.yaml" for key in baselines)
        return finding.code == "GOV-REF-001" and any(_names(report, finding, key) for key in gone)

    return [finding for finding in report.findings if not follows(finding)]


def _baseline_meant(report: Report, finding: Finding) -> str | None:
    """The baseline whose digest stands where the finding points."""
    document, _ = parse_document(finding.path, report.sources[finding.path], report.folder)
    for side in ("prev", "next") if document else ():
        assert document is not None
        place = document.positions.of((side, "digest"))
        if (place.line, place.column) == (finding.line, finding.column):
            return f"baselines/{document.value[side]['baseline']}"
    return None


def _names(report: Report, finding: Finding, key: str) -> bool:
    """Whether the missing document that the finding points at is this one."""
    folder, _, name = key.partition("/")
    line = report.sources[finding.path].decode("utf-8", "replace").split("\n")[finding.line - 1]
    stands = re.match(rf"[\"']?{re.escape(name)}(?![a-z0-9-])", line[finding.column - 1 :])
    return stands is not None and finding.message.endswith(f" {KIND_OF[folder]}")


def _policy(workspace: Workspace, request: PullRequest) -> list[Finding]:
    """What govern.yaml at the head says of the policy, which is in force only when it is adopted."""
    path = path_of(workspace.state.folder, "workspace", "")
    views = []
    for tree in (request.before, request.after):
        document, findings = parse_document(path, tree.read(path) or b"", workspace.state.folder)
        views.append(view_of(document.value) if document and not has_errors(findings) else None)
    old, new = views
    now = workspace.state.in_force
    if new is None or new == now.view:
        return []
    assert document is not None
    pointer = next(differences(now.view, new)).pointer
    place, epoch = document.positions.of(pointer), document.positions.of(("policy", "epoch"))
    looser = [
        f"{change.field} {shown(change.before)} -> {shown(change.after)}"
        for change in changes(now.view, new)
        if change.effect == "looser"
    ]
    hint = "it has no force until: govern policy adopt"
    hint += f"\nlooser: {'; '.join(looser)}" if looser else ""
    message = f"not the policy in force (epoch {now.epoch})"
    found = [Finding("GOV-CHK-002", "note", message, path, place.line, place.column, hint)]
    if new != old and policy_of(new).epoch != now.epoch + 1:
        hint = f"in force is epoch {now.epoch}; write: epoch: {now.epoch + 1}"
        message = "the epoch does not rise by one"
        found.append(Finding("GOV-CHK-003", "error", message, path, epoch.line, epoch.column, hint))
    return found


def _effects(workspace: Workspace, report: Report, comparison: Comparison) -> tuple[Effect, ...]:
    """What the pull request would turn, packet by packet; nothing is judged on documents with errors."""
    faulty = {finding.path for finding in report.findings if finding.severity == "error"}
    values: dict[str, Mapping[str, Any]] = {each.change.packet: {} for each in comparison.agreed}
    values |= comparison.changed
    effects = []
    for packet, documents in sorted(values.items()):
        wrong = sorted(key for key in documents if f"{report.folder}/{key}.yaml" in faulty)
        unknown = f"not known while {wrong[0]} has errors" if wrong else ""
        effects.append(
            Effect(packet, "", unknown=unknown) if wrong else effect_of(workspace, packet, documents)
        )
    return tuple(effects)
