"""Is the note to everyone written beforehand, where platforms or regions can end on different versions?

The attributes are those of the dictionary; a key that has left it keeps those it was bound with.

To pass: Write the note to everyone, and name its path as comms_template of the packet.
"""

from collections.abc import Mapping
from typing import Any

from govern.domain.binding import current
from govern.domain.gates import Border
from govern.domain.verdict import Verdict

APART = ("platform", "region")


def check(border: Border) -> Verdict:
    path = border.value.get("comms_template")
    if path is not None:
        text = border.documents.text(path)
        if text is None or not text.strip():
            what = "no file" if text is None else "nothing in"
            return Verdict("comms_template", "failed", f"{what} {path} on {border.state.branch}")
        return Verdict("comms_template", "passed", path)
    tags = [_attributes(border, cohort) for cohort in border.packet.covered]
    for attribute in APART:
        values = {str(each[attribute]) for each in tags if attribute in each}
        if len(values) > 1:
            text = f"the cohorts differ in {attribute} ({', '.join(sorted(values))}), and no comms_template is named"
            return Verdict("comms_template", "failed", text)
    return Verdict("comms_template", "not_applicable", "one platform and one region at most")


def _attributes(border: Border, cohort: str) -> Mapping[str, Any]:
    return (
        border.dictionary[cohort]
        if cohort in border.dictionary
        else current(border.surface, cohort).attributes
    )
