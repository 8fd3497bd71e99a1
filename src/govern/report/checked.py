"""A checked pull request in words: each finding with who moved it, since when it is fixed and what it turns."""

from collections.abc import Iterator
from dataclasses import replace
from itertools import groupby
from shlex import quote
from typing import TYPE_CHECKING, Any

from govern.domain.difference import ABSENT, shown
from govern.domain.findings import Finding
from govern.errors import ExitCode
from govern.report import findings as findings_text
from govern.report.answer import Answer
from govern.report.wrap import WIDTH, wrapped

if TYPE_CHECKING:
    from govern.operations.check import Checked
    from govern.operations.effects import Effect, Turn
    from govern.operations.frozen import Agreed, Moved

FRONT = " " * 6
BESIDE = " " * 14
MARK = "<!-- govern check -->"  # by which a job finds its comment again


def checked_answer(checked: "Checked", output: str, *, no_ledger: bool) -> Answer:
    """The answer in one of the forms text, json, sarif, github, markdown."""
    judged = checked.ledger is not None or no_ledger
    exit_code = ExitCode.YES if checked.ok and judged else ExitCode.NO
    verdict = "refused" if not checked.ok else "passed" if judged else "inconclusive"
    advice = None if exit_code == ExitCode.YES else _advice(checked)
    lines: list[str]
    if output == "sarif":
        lines = _sarif(checked)
    elif output == "github":
        lines = _github(checked)
    elif output == "markdown":
        lines = list(_markdown(checked, judged, advice[1] if advice else None))
    else:
        lines = [*_head(checked), *_body(checked), *_summary(checked, judged)]
        return Answer(
            "check", tuple(lines), exit_code, verdict, advice, checked.findings, _data(checked)
        )  # fmt: skip
    return Answer("check", tuple(lines), exit_code, verdict, None, checked.findings)


def _head(checked: "Checked") -> list[str]:
    what = "what is staged" if checked.question.staged else _count(checked.request.commits, "commit")
    by = f"judged by the policy and the records of ledger {checked.ledger[:7]}" if checked.ledger else ""
    return [f"{what}, {by or 'no ledger to judge it by'}", *(["SIMULATED clock"] if checked.simulated else [])]


def _body(checked: "Checked") -> Iterator[str]:
    details = dict(_details(checked))
    for finding in checked.findings:
        if finding in details and finding.code == "GOV-FRZ-002":
            yield from details[finding]
            continue
        text = findings_text.text([finding], checked.report.sources, checked.report.folder)
        yield from text.splitlines()
        yield from details.get(finding, ())


def _summary(checked: "Checked", judged: bool) -> list[str]:
    counts = [
        (sum(finding.severity == severity for finding in checked.findings), severity)
        for severity in ("error", "warning", "note")
    ]
    told = ", ".join(_count(number, word) for number, word in counts if number or word == "error")
    if checked.ok and judged:
        return [f"passed: {told}"]
    if checked.ok:
        return [
            f"CANNOT SAY: {told}, and the ledger is not in this clone:",
            "what it holds frozen could not be judged (where none was ever opened: --no-ledger)",
        ]
    told = ", ".join(_count(number, word) for number, word in counts if number)
    if _settings(checked):
        return wrapped(f"refused: {told}. Merged, it would have no force. To ask for it in the open")
    return [f"refused: {told}"]


def _advice(checked: "Checked") -> tuple[str, str]:
    """The one line that leads furthest: ask for it in the open, put it back, or what the finding means."""
    settings = _settings(checked)
    if settings:
        packet, words = settings
        line = f"govern packet change {packet} {words} --reason \"...\""
        if len(line) + len("type: ") > WIDTH:
            line = f"govern packet change {packet} --set \\\n{FRONT}{words.removeprefix('--set ')} --reason \"...\""
        return "type", line
    back = [m.finding.path for m in checked.comparison.moved if m.finding.code in ("GOV-FRZ-003", "GOV-FRZ-004")]
    if back and checked.request.base:
        return "type", f"git restore --source {checked.request.base[:12]} -- {' '.join(map(quote, sorted(back)))}"
    errors = [finding for finding in checked.findings if finding.severity == "error"]
    if not errors:
        remote = checked.remote or "origin"
        branch = "govern-ledger"
        return "type", f"git fetch {remote} {branch}:refs/remotes/{remote}/{branch}"
    if any(finding.mendable for finding in errors):
        return "type", "govern validate --fix"
    return "type", f"govern explain {errors[0].code}"


def _settings(checked: "Checked") -> tuple[str, str] | None:
    """The packet that is asked first, and `--set DOC:FIELD=VALUE` for all that it can set."""
    asked = [m for m in checked.comparison.moved if m.finding.code == "GOV-FRZ-001" and m.setting]
    if not asked:
        return None
    packet = asked[0].holds[0].packet
    wanted = dict.fromkeys(m.setting for m in asked if m.setting and packet in {h.packet for h in m.holds})
    return str(packet), " ".join(f"--set {quote(setting)}" for setting in wanted)


def _details(checked: "Checked") -> Iterator[tuple[Finding, list[str]]]:
    """What stands under a finding; the effect of a packet's changes stands under the last of them."""
    effects = {effect.packet: effect for effect in checked.effects}
    order = {finding: place for place, finding in enumerate(checked.findings)}
    last: dict[str, Finding] = {}
    for moved in sorted(checked.comparison.moved, key=lambda each: order[each.finding]):
        if moved.finding.code == "GOV-FRZ-001":
            last |= {str(hold.packet): moved.finding for hold in moved.holds}
    for moved in checked.comparison.moved:
        under = [packet for packet, finding in last.items() if finding == moved.finding]
        lines = _moved(moved)
        for packet in under:
            if packet in effects:
                lines += _effect(effects[packet], packet if len(last) > 1 else "")
        yield moved.finding, lines
    for agreed in checked.comparison.agreed:
        effect = effects.get(agreed.change.packet)
        yield agreed.finding, [*_agreed(agreed), *(_effect(effect, "") if effect else [])]


def _moved(moved: "Moved") -> list[str]:
    lines = []
    if moved.by:
        text = f'{moved.by.commit[:7]} "{moved.by.subject}" ({moved.by.person})'
        lines += wrapped(text, f"{FRONT}by      ", BESIDE)
    for hold in moved.holds if moved.finding.severity == "error" else ():
        word = "in use " if hold.packet is None or moved.key.startswith("baselines/") else "frozen "
        lines += wrapped(f"{hold.at} by {hold.record} ({hold.how})", f"{FRONT}{word} ", BESIDE)
    return lines


def _agreed(agreed: "Agreed") -> list[str]:
    opened, applied = agreed.change.opened, agreed.change.applied
    head = f"note GOV-FRZ-002  change control {opened.name} ({opened.actor}, {_minute(opened.at)})"
    lines = wrapped(head, then=FRONT)
    for number, (field, was, now) in enumerate(agreed.values):
        why = f': "{opened.body["reason"]}"' if number + 1 == len(agreed.values) else ""
        lines += wrapped(f"{field.partition('/')[2]} {shown(was)} -> {shown(now)}{why}", FRONT)
    if applied is None:
        text = f"open: in force once somebody else has typed: govern packet change {agreed.change.packet} --apply"
        return [*lines, *wrapped(text, FRONT)]
    lines += wrapped(f"applied by {applied.actor} {_minute(applied.at)}, who did not open it", FRONT)
    return [*lines, f"{FRONT}cycles in band: counted from zero again"]


def _effect(effect: "Effect", packet: str) -> list[str]:
    front = f"{FRONT}effect  "
    of = f"on {packet}: " if packet else ""
    if effect.unknown:
        return wrapped(of + effect.unknown, front, BESIDE)
    if not effect.turned:
        still = _named(effect.still)
        return wrapped(f"{of}none today" + (f": {still} still fail" if still else ""), front, BESIDE)
    lines: list[str] = []
    turned = sorted(effect.turned, key=_kind)
    for (check, was, becomes), group in groupby(turned, key=_kind):
        turns = list(group)
        words = f"{of}{_count(len(turns), 'verdict')} of {check} would turn from {was} to {becomes}"
        named = _named(turns)
        lines += wrapped(words + (f": {named}" if named else ""), BESIDE if lines else front, BESIDE)
    return lines


def _kind(turn: "Turn") -> tuple[str, str, str]:
    return turn.check, turn.was, turn.becomes


def _named(turns: Any) -> str:
    return ", ".join(f"{turn.cohort} {turn.measured}".strip() for turn in turns if turn.cohort)


def _count(number: int, word: str) -> str:
    return f"{number} {word}" + ("" if number == 1 else "s")


def _minute(at: str) -> str:
    return at[:16].replace("T", " ")


def _sarif(checked: "Checked") -> list[str]:
    from govern import __version__
    from govern.operations.check import CODES
    from govern.operations.validate import CODES as KNOWN
    from govern.report.sarif import sarif

    return sarif(checked.findings, {**KNOWN, **CODES}, __version__).splitlines()


def _github(checked: "Checked") -> list[str]:
    from govern.report.github import github

    details = dict(_details(checked))

    def whole(finding: Finding) -> Finding:
        lines = "\n".join(line.strip() for line in details.get(finding, ()))
        return replace(finding, hint="\n".join(part for part in (finding.hint, lines) if part))

    return github(whole(finding) for finding in checked.findings).splitlines()
