"""A packet's section of the runbook: what is watched, when to go back, how, and who.

It is generated from the frozen documents alone, so that a check can compare the section in the file with it.
"""

import re
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from govern.domain.windows import duration, spoken

Value = Mapping[str, Any]
WORDS = {"above": "above", "at_least": "at least", "below": "below", "at_most": "at most"}


def begin_mark(packet_id: str) -> str:
    return f"<!-- govern:{packet_id} -->"


def end_mark(packet_id: str) -> str:
    return f"<!-- /govern:{packet_id} -->"


def runbook_section(packet: Value, triggers: Sequence[Value], kpis: Sequence[Value], surface: Value) -> str:
    """The section with its marks, LF at the end. `surface` is the surface's entry in the workspace."""
    name, owners, monitoring = packet["id"], packet["owners"], packet["monitoring"]
    rows = [_kpi_row(kpi) for kpi in sorted(kpis, key=lambda kpi: monitoring["kpis"].index(kpi["id"]))]
    fired = [_trigger_line(trigger) for trigger in sorted(triggers, key=lambda trigger: str(trigger["id"]))]
    estimate = surface.get("rollback", {}).get("time_to_rollback")
    time = f", about {spoken(duration(estimate))}" if estimate else ""
    prev, following = packet["prev"]["baseline"], packet["next"]["baseline"]
    lines = [
        begin_mark(name),
        f"## {name}: {prev} -> {following} on {packet['surface']}",
        "",
        f"Stamped {packet['model_version_next']}; before that {packet['model_version_prev']}.",
        f"Watched by {_names(monitoring['dashboard_owners'])}, reviewed every"
        f" {spoken(duration(monitoring['review_cadence']))} by {_names(owners['monitoring_review'])}:",
        "",
        "| KPI | warning | critical |",
        "|---|---|---|",
        *rows,
        "",
        "Go back when one of these fires:",
        "",
        *fired,
        "",
        f"To go back to {prev} ({_names(owners['rollback_execute'])}{time}):",
        "",
        f"    govern rollback execute {name}",
        f"    govern rollback verify {name}",
        end_mark(name),
    ]
    return "".join(f"{line}\n" for line in lines)


def find_section(text: str, packet_id: str) -> str | None:
    """The section of a packet as it stands in a runbook, marks and all; None where it has none."""
    found = _between(packet_id).search(text)
    return found[0] if found else None


def put_section(text: str, packet_id: str, section: str) -> str:
    """The runbook with this section: in the place of the old one, else at the end."""
    if find_section(text, packet_id) is not None:
        return _between(packet_id).sub(lambda _: section, text, count=1)
    above = text if not text or text.endswith("\n") else f"{text}\n"
    return f"{above}\n{section}" if above else f"# Runbook\n\n{section}"


def _between(packet_id: str) -> re.Pattern[str]:
    begin, end = re.escape(begin_mark(packet_id)), re.escape(end_mark(packet_id))
    return re.compile(rf"^{begin}\n.*?^{end}(?:\n|\Z)", re.DOTALL | re.MULTILINE)


def _kpi_row(kpi: Value) -> str:
    bands = kpi.get("bands", {})
    if not bands:
        return f"| {kpi['id']} | margin {kpi.get('margin')} {kpi['unit']} | |"
    return f"| {kpi['id']} | {_band(bands['warning'], kpi)} | {_band(bands['critical'], kpi)} |"


def _band(band: Value, kpi: Value) -> str:
    own = [f"{WORDS[op]} {_number(limit)} {kpi['unit']}" for op, limit in band.items() if op in WORDS]
    relative = band.get("relative")
    if relative:
        own += [
            f"{WORDS[op]} {_number(limit)} {relative['unit']} of {relative['to']}"
            for op, limit in relative.items()
            if op in WORDS
        ]
    return ", ".join(own)


def _trigger_line(trigger: Value) -> str:
    condition = trigger["condition"]
    limit = f"{WORDS[condition['op']]} {_number(condition['threshold'])} {condition['unit']}"
    how_often = _counted(trigger["counter"], duration(trigger["window"]))
    return f"- {trigger['id']}: {trigger['signal']} {limit}, {how_often}: {trigger['action']} ({trigger['owner']})"


def _counted(counter: Value, window: timedelta) -> str:
    size = spoken(window)
    if "consecutive" in counter:
        return f"{counter['consecutive']} windows of {size} in a row"
    if "bad" in counter:
        return f"{counter['bad']} of {counter['of']} windows of {size}"
    if "clusters" in counter:
        return f"{counter['clusters']} distinct clusters within {size}, each reviewed in a replay"
    return f"{counter['attempts']} failed attempts within {size}"


def _number(value: float) -> str:
    return f"{value:g}"


def _names(people: Sequence[str]) -> str:
    return ", ".join(people)
