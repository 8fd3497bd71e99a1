"""Who is covered by a packet: canary within the coverage, and a template where the news differs by place."""

from collections.abc import Iterator

from govern.domain.document import Document
from govern.domain.findings import Finding
from govern.domain.rules.view import Explanation, View, at, dictionary, finding, selected

CODES = {
    "GOV-PKT-006": Explanation(
        "canary outside the coverage",
        "Shadow measures the cohorts that are covered; a canary elsewhere was never measured.",
        "Add the cohort to cohort_coverage, or take it out of the allowlist.",
    ),
    "GOV-PKT-010": Explanation(
        "no comms_template",
        "Where platforms or regions can end on different versions, the note to everyone is written beforehand.",
        "Write the template and name it: comms_template: PATH.",
    ),
}


def check(view: View) -> Iterator[Finding]:
    known = dictionary(view)
    for packet in view.of("packet"):
        covered = selected(view, at(packet.value, "cohort_coverage"))
        if not covered:
            continue
        yield from _allowlist(view, packet, covered)
        for attribute in ("platform", "region"):
            values = sorted(
                {str(known[key][attribute]) for key in covered if attribute in known.get(key, {})}
            )
            if len(values) > 1 and "comms_template" not in packet.value:
                hint = f"the cohorts in scope differ in {attribute} ({', '.join(values)}). "
                hint += "Write: comms_template: PATH"
                pointer = ("cohort_coverage",)
                yield finding(packet, pointer, "GOV-PKT-010", "no comms_template", hint, key=True)
                break


def _allowlist(view: View, packet: Document, covered: tuple[str, ...]) -> Iterator[Finding]:
    allowlist = at(packet.value, "canary", "allowlist")
    known = dictionary(view)
    for cohort in selected(view, allowlist):
        if cohort in known and cohort not in covered:
            place = allowlist.index(cohort) if isinstance(allowlist, list) else "where"
            hint = f"{cohort} is not in cohort_coverage: {', '.join(covered[:8])}"
            hint += " ..." if len(covered) > 8 else ""
            pointer = ("canary", "allowlist", place)
            yield finding(packet, pointer, "GOV-PKT-006", "canary outside the coverage", hint)
