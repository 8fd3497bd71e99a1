"""Who decided since an instant: by cohort how many decisions, and how many of them on one version.

A cohort without decisions stands there too: silence is no proof, and whoever asks has to see it.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from govern.evidence.decisions import Log
from govern.evidence.measures import sql
from govern.evidence.timeline import fill, moment


@dataclass(frozen=True, slots=True)
class Decided:
    """Decisions of one cohort; `no_version` carry no version at all."""

    n: int = 0
    on_version: int = 0
    no_version: int = 0

    @property
    def silent(self) -> bool:
        """Nothing that says which version decided."""
        return self.n == self.no_version


def decided_since(
    log: Log, surface: str, cohorts: Iterable[str], version: str, since: str
) -> dict[str, Decided]:
    """For each cohort its decisions from `since` on, and how many of them are on `version`."""
    found = dict.fromkeys(sorted(set(cohorts)), Decided())
    fill(log.connection, "affected", "cohort_key VARCHAR", [(cohort,) for cohort in found])
    asked = {"surface": surface, "version": version, "since": moment(since)}
    for row in log.ask(sql("decided_since"), **asked):
        cohort = row.pop("cohort")
        found[cohort] = Decided(**row)
    return found
