"""Change control at the command line: reading `--set`, and which verdicts a change would turn."""

import json
from typing import Any

from govern.documents.yaml import load
from govern.documents.yaml_codes import YamlFault
from govern.domain.decision import Accepted
from govern.domain.rollout.change_control import changed_values
from govern.errors import UsageError
from govern.operations.decide import Outcome
from govern.operations.review.effects import effect_of


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
    """What the change says, and which verdicts it turns; `effect  none today` where it turns none."""
    decision = outcome.decision
    if not isinstance(decision, Accepted) or "set" not in decision.events[0].body:
        return []
    settings = decision.events[0].body["set"]
    there = outcome.workspace
    values = changed_values(there.documents(), there.state.packet(packet_id), settings)
    effect = effect_of(there, packet_id, values)
    said = [
        f"change  {entry['document']} {entry['field']} -> {json.dumps(entry['value'])}" for entry in settings
    ]
    if effect.unknown:
        return [*said, f"effect  {effect.unknown}"]
    turned = [
        f"{turn.cohort or packet_id}: {turn.check} {turn.was} -> {turn.becomes}" for turn in effect.turned
    ]
    return [*said, *(f"effect  {line}" for line in turned or ["none today"])]
