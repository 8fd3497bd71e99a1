"""Was a decision of canary replayed end to end, and did each replay give what had been decided?

A replay follows one decision from its request to its stamp and is computed, never declared. One complete decision of
a cohort on next is enough; a broken one fails its cohort. A newer replay of a cohort replaces the older one, and one
from before the cohort's last move shows nothing.

To pass: Replay a decision of every cohort on next: govern evidence replay PACKET --build NEW-FOLDER.
"""

from govern.domain.binding import current
from govern.domain.evidence.newest import Row, table
from govern.domain.evidence.windows import BORDERS, REPLAYED
from govern.domain.gates import Border
from govern.domain.verdict import Outcome, Verdict


def check(border: Border) -> Verdict:
    on_next = [cohort for cohort in border.cohorts if cohort in border.packet.on_next]
    replayed = _newest(border)
    found = {cohort: replayed[cohort] for cohort in on_next if cohort in replayed}
    uses = tuple(sorted({name for name, _ in found.values()}))
    broken = {
        cohort: row["counts"]["broken"] for cohort, (_, row) in found.items() if row["counts"]["broken"]
    }
    todo = f"govern evidence replay {border.packet.id} --build NEW-FOLDER"
    if broken:
        bad: dict[str, Outcome] = dict.fromkeys(broken, "failed")
        text = ", ".join(f"{cohort} {count} of {found[cohort][1]['n']}" for cohort, count in broken.items())
        return Verdict("replay_pack", "failed", f"broken: {text}", bad, uses=uses, todo=todo)
    complete = sum(row["counts"]["complete"] for _, row in found.values())
    if not complete:
        return Verdict(
            "replay_pack", "inconclusive", "no decision on next was replayed", uses=uses, todo=todo
        )
    text = f"{complete:,} complete, none broken"
    return Verdict("replay_pack", "passed", text, uses=uses)


def _newest(border: Border) -> dict[str, tuple[str, Row]]:
    """By cohort: the newest replay since counting began and since its last move, with its record."""
    found: dict[str, tuple[str, Row]] = {}
    for record in reversed(border.packet.evidence):
        since = record.n > border.packet.counting_from and record.body["border"] in BORDERS
        if not since or record.body["source"]["name"] != REPLAYED:
            continue
        for row in table(border, record.body["table"]["sha256"]):
            if row["arm"] == "next" and record.at >= current(border.surface, row["cohort"]).at:
                found.setdefault(row["cohort"], (record.name, row))
    return found
