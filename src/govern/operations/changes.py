"""Change control at the command line: reading `--set`, and which verdicts a change would turn."""

import json
from typing import Any

from govern.documents.yaml import load
from govern.documents.yaml_codes import YamlFault
from govern.domain.decision import Accepted
from govern.domain.document import digest_of
from govern.domain.gates import Border
from govern.domain.policy import Actor
from govern.domain.promotion import border_to, judge, next_phase
from govern.domain.verdict import Verdict
from govern.errors import GovernError, UsageError
from govern.operations.decide import Outcome
from govern.operations.workspace import Workspace


def settings_of(words: list[str], reason: str) -> tuple[dict[str, Any], ...]:
    """`kpis/ID:bands.critical.below=-4` as {document, field, value}; the value is read as YAML."""
    form = 'govern packet change PACKET --set kpis/ID:bands.critical.below=-4 --reason "..."'
    if not words:
        raise UsageError("say what changes (--set), or apply the open change (--apply)", type_line=form)
    if not reason.strip():
        raise UsageError("a change needs its reason", type_line=form)
    return tuple(_setting(word, form) for word in words)


def _setting(word: str, form: str) -> dict[str, Any]:
    document, colon, rest = word.partition(":")
    field, equals, text = rest.partition("=")
    if not (colon and equals and document and field and text.strip()):
        raise UsageError(f"--set {word} is not DOC:FIELD=VALUE", type_line=form)
    try:
        value, _ = load(text.encode())
    except YamlFault as fault:
        raise UsageError(f"--set {word}: {fault.message}", type_line=form) from None
    return {"document": document.removesuffix(".yaml"), "field": field, "value": value}


def effect_lines(outcome: Outcome, packet_id: str) -> list[str]:
    """Which verdicts the change turns, cohort by cohort; `effect  none today` where it turns none."""
    decision = outcome.decision
    if not isinstance(decision, Accepted):
        return []
    lead = decision.events[0]
    settings = lead.body.get("set")
    if settings is None:
        return []
    turned = effect(outcome.workspace, packet_id, settings)
    said = [f"effect  {line}" for line in turned] or ["effect  none today"]
    for setting in settings:
        said.insert(0, f"change  {setting['document']} {setting['field']} -> {json.dumps(setting['value'])}")
    return said


def effect(workspace: Workspace, packet_id: str, settings: list[dict[str, Any]]) -> list[str]:
    """`composite: shadow_bands failed -> passed` for every cohort whose verdict the change would turn."""
    from govern.domain.change_control import changed_values

    state, documents, now = workspace.state, workspace.documents(), workspace.now()
    packet = state.packet(packet_id)
    try:
        phase = next_phase(packet, None, None)
        border = border_to(state, documents, packet, Actor(""), now, phase)
        before = judge(border)
        after = judge(_overlaid(border, changed_values(documents, packet, settings)))
    except (GovernError, KeyError):
        return []
    return _turned(before, after, border)


def _overlaid(border: Border, values: dict[str, dict[str, Any]]) -> Border:
    from dataclasses import replace

    parts = dict(border.parts)
    for key, value in values.items():
        parts[key] = replace(parts[key], value=value, digest=digest_of(json.dumps(value).encode()))
    packet = parts.get(f"packets/{border.packet.id}")
    return replace(border, parts=parts, value=packet.value if packet else border.value, judged={})


def _turned(before: tuple[Verdict, ...], after: tuple[Verdict, ...], border: Border) -> list[str]:
    turned = []
    for old, new in zip(before, after, strict=True):
        if old.cohorts is None and new.cohorts is None:
            if old.outcome != new.outcome:
                turned.append(f"{old.check} {old.outcome} -> {new.outcome}")
            continue
        for cohort in border.cohorts:
            was, becomes = ((v.cohorts or {}).get(cohort, "passed") for v in (old, new))
            if was != becomes:
                turned.append(f"{cohort}: {old.check} {was} -> {becomes}")
    return turned
