"""What decides for one request, why, and what is stamped on the decision.

Named tuples: `dataclasses` would cost an application a third of what it costs to import all this.
"""

from collections.abc import Mapping
from typing import Any, Literal, NamedTuple, get_args

from govern.serving.split import side

Reason = Literal[
    "BOUND",  # the cohort is bound by name
    "SPLIT",  # the cohort is split, and the unit's place says which side
    "NO_UNIT",  # the cohort is split and no unit was named: the old side
    "NO_KEY",  # no cohort key: the surface's default
    "UNKNOWN_KEY",  # a key that nobody bound, or no text at all: the surface's default
]
REASONS: tuple[Reason, ...] = get_args(Reason)


class Resolution(NamedTuple):
    """The baseline that decides. One object serves many requests, so everything in it is read-only."""

    surface: str
    cohort_key: str | None  # as asked; None where there was none, or no text
    baseline: str
    digest: str
    model_version: str
    components: Mapping[str, Any]  # part -> {version, digest?, files?}
    calibration_packet_id: str | None
    packet: str | None  # that bound the cohort; None on the surface's default
    phase: str | None  # of that packet, when the cohort was bound
    reason: Reason

    @property
    def stamp(self) -> dict[str, str | None]:
        """What every decision carries, a new dictionary each time; its shape is schemas/stamp.v1.schema.json."""
        return {
            "surface": self.surface,
            "cohort_key": self.cohort_key,
            "model_version_active": self.model_version,
            "calibration_packet_id": self.calibration_packet_id,
            "baseline_digest": self.digest,
            "packet": self.packet,
        }

    def cache_key(self, text: str) -> str:
        """`text` under the version that decides: after a rollback no answer of the other version is found."""
        return f"{self.surface}:{self.model_version}:{self.digest.removeprefix('sha256:')[:12]}:{text}"


class Split(NamedTuple):
    """A cohort of which the first `places` units get `to` and all others `rest`."""

    packet: str
    places: int
    to: Resolution
    rest: Resolution
    no_unit: Resolution

    def of(self, unit_key: object) -> Resolution:
        """The side of a unit; one that is not a text, or empty, is no unit."""
        if not isinstance(unit_key, str) or not unit_key:
            return self.no_unit
        return self.to if side(self.packet, unit_key) < self.places else self.rest
