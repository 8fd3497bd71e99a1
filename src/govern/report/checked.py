"""A checked pull request in words: each finding with who moved it, since when it is fixed and what it turns."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, replace
from itertools import groupby
from shlex import quote
from typing import TYPE_CHECKING, Any

from govern import __version__
from govern.domain.difference import ABSENT, shown
from govern.domain.findings import Finding
from govern.errors import ExitCode
from govern.report import findings as findings_text
from govern.report.answer import Answer
from govern.report.comment import comment
from govern.report.sarif import sarif
from govern.report.wrap import WIDTH, wrapped

if TYPE_CHECKING:
    from govern.operations.review.check import Checked
    from govern.operations.review.effects import Effect, Turn
    from govern.operations.review.frozen import Agreed, Moved

FRONT = " " * 6
RESTORED = ("GOV-FRZ-003", "GOV-FRZ-004")
Row = tuple[str, str]  # a word in front, and what it is about
Codes = Mapping[str, tuple[str, str, str]]


def checked_answer(checked: "Checked", output: str, codes: Codes, *, no_ledger: bool) -> Answer:
    """The answer in one of the forms text, json, sarif, github, markdown; `codes` explains the codes."""
    judged = checked.ledger is not None or checked.remote is None or no_ledger
    exit_code = ExitCode.YES if checked.ok and judged else ExitCode.NO
    verdict = "refused" if not checked.ok else "passed" if judged else "inconclusive"
    line = "" if exit_code == ExitCode.YES else _advice(checked)
    lines: list[str]
    if output == "sarif":
        lines = sarif(checked.findings, codes, __version__).splitlines()
    elif output == "github":
        lines = _github(checked)
    elif output == "markdown":
        lines = comment(checked, verdict, line)
    else:
        lines = [*_head(checked), *_body(checked), *_summary(checked, judged)]
    advice = ("type", line) if line and output in ("text", "json") else None
    return Answer("check", tuple(lines), exit_code, verdict, advice, checked.findings, _data(checked))


def _head(checked: "Checked") -> list[str]:
    what = "what is staged" if checked.question.staged else _count(checked.request.commits, "commit")
    by = f"judged by the policy and the records of ledger {checked.ledger[:7]}" if checked.ledger else ""
    return [
        f"{what}, {by or 'no ledger to judge it by'}",
        *(["SIMULATED clock"] if checked.simulated else []),
    ]


def _body(checked: "Checked") -> Iterator[str]:
    details = dict(_details(checked))
    for finding in checked.findings:
        rows = details.get(finding, [])
        if finding.code == "GOV-FRZ-002":
            yield from wrapped(f"note {finding.code}  {finding.message}", then=FRONT)
        else:
            yield from _block(checked, finding, short=bool(rows))
        for label, text in rows:
            front = f"{FRONT}{label:<8}" if label else FRONT
            yield from wrapped(text, front)


def _block(checked: "Checked", finding: Finding, *, short: bool) -> list[str]:
    """The finding as everywhere; a `short` hint stands beside its caret, wherever that is."""
    report = checked.report
    beside = findings_text.text([replace(finding, hint="")], report.sources, report.folder).splitlines()
    if short and beside[-1].endswith("^") and len(beside[-1]) + len(finding.hint) < WIDTH:
        return [*beside[:-1], f"{beside[-1]} {findings_text.printable(finding.hint)}"]
    return findings_text.text([finding], report.sources, report.folder).splitlines()


def _summary(checked: "Checked", judged: bool) -> list[str]:
    counts = [
        (sum(finding.severity == severity for finding in checked.findings), severity)
        for severity in ("error", "warning", "note")
    ]
    told = ", ".join(_count(number, word) for number, word in counts if number or word == "error")
    if not checked.ok:
        force = ". Merged, it would have no force. To ask for it in the open" if _settings(checked) else ""
        return wrapped(f"refused: {told}{force}")
    if judged:
        return [f"passed: {told}"]
    return [
        f"CANNOT SAY: {told}, and the ledger is not in this clone: what it holds",
        "frozen could not be judged (where none was ever opened: --no-ledger)",
    ]


def _advice(checked: "Checked") -> str:
    """The line that leads furthest: ask for it in the open, put it back, or what a finding means."""
    if asked := _settings(checked):
        packet, settings = asked
        words = " ".join(f"--set {quote(setting)}" for setting in settings)
        return f'govern packet change {packet} {words} --reason "..."'
    before = checked.request.before
    changed = [m.finding.path for m in checked.comparison.moved if m.finding.code in RESTORED]
    back = [quote(path) for path in dict.fromkeys(changed) if before.read(path) is not None]
    if back and checked.request.base:
        return f"git restore --source {checked.request.base[:12]} -- {' '.join(back)}"
    errors = [finding for finding in checked.findings if finding.severity == "error"]
    if not errors:
        remote = checked.remote
        return f"git fetch {remote} govern-ledger:refs/remotes/{remote}/govern-ledger"
    if any(finding.mendable for finding in errors):
        return "govern validate --fix"
    return f"govern explain {errors[0].code}"


def _settings(checked: "Checked") -> tuple[str, list[str]] | None:
    """The packet that is asked first, and DOC:FIELD=VALUE for all that it can be asked for."""
    asked = [m for m in checked.comparison.moved if m.finding.code == "GOV-FRZ-001" and m.setting]
    if not asked:
        return None
    packet = asked[0].holds[0].packet
    wanted = [m.setting for m in asked if m.setting and packet in {hold.packet for hold in m.holds}]
    return str(packet), list(dict.fromkeys(wanted))


def _details(checked: "Checked") -> Iterator[tuple[Finding, list[Row]]]:
    """What stands under a finding; the effect of a packet's changes stands under the last of them."""
    effects = {effect.packet: effect for effect in checked.effects}
    last: dict[str, Finding] = {}
    for moved in sorted(checked.comparison.moved, key=lambda each: each.finding.order):
        if moved.finding.code == "GOV-FRZ-001":
            last |= {str(hold.packet): moved.finding for hold in moved.holds}
    for moved in checked.comparison.moved:
        rows = _moved(moved)
        for packet in (packet for packet, finding in last.items() if finding == moved.finding):
            if packet in effects:
                rows += _effect(effects[packet], f"on {packet}: " if len(last) > 1 else "")
        yield moved.finding, rows
    for agreed in checked.comparison.agreed:
        effect = effects.get(agreed.change.packet)
        yield agreed.finding, [*_agreed(agreed), *(_effect(effect) if effect else [])]


def _moved(moved: "Moved") -> list[Row]:
    rows = []
    if moved.by:
        rows.append(("by", f'{moved.by.commit[:7]} "{moved.by.subject}" ({moved.by.person})'))
    label = "in use" if moved.keys[0].startswith("baselines/") else "frozen"
    return rows + [(label, f"{hold.at} by {hold.record} ({hold.how})") for hold in moved.holds]


def _agreed(agreed: "Agreed") -> list[Row]:
    change = agreed.change
    rows = [
        ("", f"{field.partition('/')[2]} {shown(was)} -> {shown(now)}") for field, was, now in agreed.values
    ]
    opened = f"opened by {change.opened.actor} {_minute(change.opened.at)}"
    rows.append(("", f'{opened}: "{change.opened.body["reason"]}"'))
    if change.applied is None:
        line = f"govern packet change {change.packet} --apply"
        return [*rows, ("", f"in force once somebody else has typed: {line}")]
    applied = f"applied by {change.applied.actor} {_minute(change.applied.at)}, who did not open it"
    return [*rows, ("", applied), ("", "cycles in band: counted from zero again")]


def _effect(effect: "Effect", of: str = "") -> list[Row]:
    if effect.unknown:
        return [("effect", of + effect.unknown)]
    if not effect.turned:
        still = _named(effect.still)
        return [("effect", f"{of}none today" + (f": {still} still fail" if still else ""))]
    rows: list[Row] = []
    for (check, was, becomes), group in groupby(sorted(effect.turned, key=_kind), key=_kind):
        turns = list(group)
        words = f"{of}{_count(len(turns), 'verdict')} of {check} would turn from {was} to {becomes}"
        named = _named(turns)
        rows.append(("effect", words + (f": {named}" if named else "")))
    return rows


def _kind(turn: "Turn") -> tuple[str, str, str]:
    return turn.check, turn.was, turn.becomes


def _named(turns: Iterable["Turn"]) -> str:
    return ", ".join(f"{turn.cohort} {turn.measured}".strip() for turn in turns if turn.cohort)


def _count(number: int, word: str) -> str:
    return f"{number} {word}" + ("" if number == 1 else "s")


def _minute(at: str) -> str:
    return at[:16].replace("T", " ")


def _github(checked: "Checked") -> list[str]:
    """Annotations stand alone, so that they say all that the text says under a finding."""
    from govern.report.github import github

    details = dict(_details(checked))

    def whole(finding: Finding) -> Finding:
        rows = (f"{label} {text}".strip() for label, text in details.get(finding, ()))
        return replace(finding, hint="\n".join((finding.hint, *rows)).strip())

    return github(whole(finding) for finding in checked.findings).splitlines()


def _data(checked: "Checked") -> dict[str, Any]:
    request, comparison = checked.request, checked.comparison
    return {
        "base": request.base,
        "head": None if request.staged else request.head,
        "commits": request.commits,
        "ledger": checked.ledger,
        "documents": checked.report.documents,
        "changed": [_moved_data(moved) for moved in comparison.moved],
        "agreed": [_agreed_data(agreed) for agreed in comparison.agreed],
        "effects": [asdict(effect) for effect in checked.effects],
    }


def _moved_data(moved: "Moved") -> dict[str, Any]:
    """`was` and `now` are left out where nothing stands there."""
    sides = {name: value for name, value in (("was", moved.was), ("now", moved.now)) if value is not ABSENT}
    return {
        "code": moved.finding.code,
        "documents": list(moved.keys),
        "field": moved.field,
        **sides,
        "by": asdict(moved.by) if moved.by else None,
        "holds": [asdict(hold) for hold in moved.holds],
        "setting": moved.setting,
    }


def _agreed_data(agreed: "Agreed") -> dict[str, Any]:
    change = agreed.change
    return {
        "packet": change.packet,
        "opened": change.opened.name,
        "applied": change.applied.name if change.applied else None,
        "reason": change.opened.body["reason"],
        "fields": [field for field, _, _ in agreed.values],
    }
