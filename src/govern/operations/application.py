"""The application of a story: it serves from a datafile, as any application would, and logs what decided.

Questions are those of a file of pairs, one after the other; the answer is the one that the version gave in reality.
"""

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from itertools import cycle, islice
from pathlib import Path

from govern.domain.windows import instant, written
from govern.serving.resolver import Resolver

COLUMNS = (
    "decision_id", "decided_at", "surface", "cohort_key", "model_version_active", "calibration_packet_id",
    "baseline_digest", "policy_pass", "option_id", "cache_key",
)  # fmt: skip

REPLAYED = (
    "decision_id", "cohort_key", "passed", "route_expected", "route_seen", "route_critical", "owner_mutation",
    "side_effect_class", "side_effect_severity",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Application:
    """`datafile` is what it serves from; `log` is the folder of its decisions, a file a day."""

    datafile: Path
    pairs: Path
    log: Path

    def serve(self, since: str, until: str, questions: int) -> None:
        """Answer `questions` from `since` until before `until`, evenly."""
        resolver = Resolver.from_file(self.datafile)
        with self.pairs.open(encoding="utf-8", newline="") as stream:
            asked = list(csv.DictReader(stream))
        step = (instant(until) - instant(since)) / questions
        self.log.mkdir(parents=True, exist_ok=True)
        path = self.log / f"decisions-{since[:10]}.csv"
        fresh = not path.exists()
        with path.open("a", encoding="utf-8", newline="") as stream:
            rows = csv.DictWriter(stream, COLUMNS, lineterminator="\n")
            if fresh:
                rows.writeheader()
            rows.writerows(_decisions(resolver, list(islice(cycle(asked), questions)), since, step))

    def replay(self, cohort: str, run: str, results: Path) -> None:
        """Ask the questions of one cohort again, of next: a row each, under the name of the run.

        The answers are those that were given in reality; this application has one route, which nobody mutates.
        """
        with self.pairs.open(encoding="utf-8", newline="") as stream:
            asked = [row for row in csv.DictReader(stream) if row["cohort_key"] == cohort]
        results.parent.mkdir(parents=True, exist_ok=True)
        with results.open("w", encoding="utf-8", newline="") as stream:
            rows = csv.DictWriter(stream, REPLAYED, lineterminator="\n", restval="")
            rows.writeheader()
            for question in asked:
                rows.writerow(
                    {
                        "decision_id": f"{run}-{question['option_id']}",
                        "cohort_key": cohort,
                        "passed": question["policy_pass_next"],
                        "route_expected": "chat",
                        "route_seen": "chat",
                        "route_critical": "true",
                        "owner_mutation": "none",
                    }
                )


def _decisions(
    resolver: Resolver, asked: list[dict[str, str]], since: str, step: timedelta
) -> Iterator[dict[str, str | None]]:
    surface = resolver.surfaces[0]
    for number, question in enumerate(asked):
        at = written(instant(since) + step * number)
        answer = resolver.resolve(surface, question["cohort_key"])
        side = "next" if answer.model_version == question["model_version_next"] else "prev"
        yield {
            "decision_id": f"{since.replace(':', '')}-{number:04d}",
            "decided_at": at,
            **{name: text for name, text in answer.stamp.items() if name in COLUMNS},
            "policy_pass": question[f"policy_pass_{side}"],
            "option_id": question["option_id"],
            "cache_key": answer.cache_key(question["option_id"]),
        }
