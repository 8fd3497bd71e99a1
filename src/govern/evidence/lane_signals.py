"""What a decision log knows of a cohort before it entered mitigation: the side effects that are not new."""

from govern.evidence.decisions import Log
from govern.evidence.measures import sql
from govern.evidence.timeline import moment


def effects_before(log: Log, surface: str, cohort: str, before: str) -> tuple[str, ...]:
    """Classes of side effects that the cohort's decisions had before then; none where the log has no such column."""
    if not log.has("side_effect_class"):
        return ()
    found = log.ask(sql("side_effects_before"), surface=surface, cohort=cohort, before=moment(before))
    return tuple(row["class"] for row in found)
