"""What a lane is held to: its re-entry criteria as they were frozen, with the signals and replays they name.

Rules are known by their names; which criterion a team calls what is theirs. Whether the criteria are met is not
asked here.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from govern.domain import queries
from govern.domain.decision import Refusal
from govern.domain.document import FOLDERS, Document, Documents, digest_of
from govern.domain.gates import named_by
from govern.domain.lane import Lane
from govern.errors import ExitCode

ROUTE, OWNER, SIDE_EFFECT = (
    "no_critical_route_mismatch",
    "no_unauthorized_owner_mutation",
    "no_new_high_severity_side_effect",
)
CONFIDENCE, CARRY_FORWARD, KPI = "confidence_threshold", "carry_forward_not_expired", "kpi_within"


@dataclass(frozen=True)
class Criteria:
    """`rules` by id of the criterion; `signals` are KPIs by id; `packs` must be replayed in every window."""

    id: str
    version: int
    rules: Mapping[str, Mapping[str, Any]]
    signals: Mapping[str, Mapping[str, Any]]
    packs: tuple[str, ...]

    def of(self, rule: str) -> tuple[str, Mapping[str, Any]]:
        """The criterion with a minimum rule: its id and parameters."""
        return next((name, each) for name, each in self.rules.items() if each["rule"] == rule)

    @property
    def windows(self) -> int:
        """In how many consecutive windows the confidence must hold."""
        return int(self.of(CONFIDENCE)[1]["windows"])

    @property
    def known_side_effects(self) -> frozenset[str]:
        """Classes of high severity that the team has declared: these are not new."""
        return frozenset(self.of(SIDE_EFFECT)[1].get("known", ()))


def criteria_of(documents: Documents, lane: Lane) -> Criteria:
    """The criteria of a lane, from the ledger's inputs alone."""
    key = f"{FOLDERS['criteria']}/{lane.criteria}"
    document = documents.frozen(key, lane.frozen[key])
    packs = queries.replay_set(document.value)
    digest = lane.frozen.get(queries.replay_set_name(document.id)) if packs else None
    return Criteria(
        document.id,
        document.value["version"],
        document.value["criteria"],
        {
            kpi: documents.frozen(f"kpis/{kpi}", lane.frozen[f"kpis/{kpi}"]).value
            for _, kpi in named_by(document)
            if f"kpis/{kpi}" in lane.frozen
        },
        queries.packs_of(documents.value(digest)) if digest else (),
    )


def version_of(documents: Documents, key: str, digest: str) -> int | None:
    """The version of frozen criteria; None where the ledger lacks their bytes: no rollback waits for them."""
    document = documents.held(key, digest)
    return None if document is None else int(document.value["version"])


@dataclass(frozen=True)
class HeldTo:
    """What an entry says of its criteria, and the texts of the files that they name, by digest."""

    body: Mapping[str, Any]
    inputs: Mapping[str, bytes]


def frozen_criteria(documents: Documents, name: str, version: int | None) -> HeldTo:
    """Criteria of the documents branch as a lane freezes them, with all that they name."""
    document = documents.get("criteria", name)
    if document is None:
        raise Refusal(
            f"no criteria `{name}` are merged", type_line="govern new criteria ID", exit=ExitCode.COULD_NOT
        )
    there = document.value["version"]
    if version is not None and version != there:
        raise Refusal(
            f"{name} has no version {version}: it is at version {there}",
            type_line=f"--criteria {name} --criteria-version {there}",
            exit=ExitCode.COULD_NOT,
        )
    parts = [document, *_kpis(documents, document)]
    texts = queries.texts(documents, parts)
    named = {part.key: part.digest for part in parts} | {key: digest_of(text) for key, text in texts.items()}
    body = {
        "criteria": name,
        "criteria_digest": document.digest,
        "reentry_criteria_version": there,
        "frozen": dict(sorted(named.items())),
    }
    return HeldTo(body, {digest_of(text): text for text in texts.values()})


def _kpis(documents: Documents, criteria: Document) -> Iterable[Document]:
    for kind, kpi in named_by(criteria):
        document = documents.get(kind, kpi)
        if document is None:
            raise Refusal(
                f"criteria {criteria.id} name the KPI `{kpi}`, and none is merged",
                type_line="govern validate",
                exit=ExitCode.COULD_NOT,
            )
        yield document
