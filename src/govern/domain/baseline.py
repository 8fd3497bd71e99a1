"""What a baseline is made of, and the digest that makes it immutable.

`last_verified` and `rollback` stand outside the digest: they say how the way back is kept, not what decides.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from govern.domain.document import canonical, digest_of

PARTS = ("model", "prompt", "policy", "tools", "guardrails")

Pinned = Callable[[str], Mapping[str, str]]  # glob -> {path: digest of its bytes}


@dataclass(frozen=True, slots=True)
class Target:
    """All that a binding needs to know of a baseline, without a document."""

    baseline: str
    digest: str
    model_version: str
    components: Mapping[str, Any]
    calibration: str | None

    def as_value(self) -> dict[str, Any]:
        return {
            "baseline": self.baseline,
            "digest": self.digest,
            "model_version": self.model_version,
            "components": self.components,
            "calibration": self.calibration,
        }

    def as_reference(self) -> dict[str, Any]:
        """It without its components: what names it, and the calibration that goes with it."""
        return {
            "baseline": self.baseline,
            "digest": self.digest,
            "model_version": self.model_version,
            "calibration": self.calibration,
        }

    @classmethod
    def of(cls, value: Mapping[str, Any]) -> "Target":
        return cls(
            *(value[name] for name in ("baseline", "digest", "model_version", "components", "calibration"))
        )


def components_of(value: Mapping[str, Any], pinned: Pinned) -> dict[str, Any]:
    """Every component written out as `{version, digest?, files?: {path: digest}}`."""
    components: dict[str, Any] = {}
    for part in PARTS:
        given = value["components"][part]
        component = {"version": given} if isinstance(given, str) else dict(given)
        if "files" in component:
            component["files"] = {
                path: digest
                for pattern in component["files"]
                for path, digest in sorted(pinned(pattern).items())
            }
        components[part] = component
    return components


def baseline_digest(surface: str, model_version: str, components: Mapping[str, Any]) -> str:
    """sha256 of the canonical JSON of what decides."""
    return digest_of(
        canonical({"surface": surface, "model_version": model_version, "components": components})
    )


def target_of(baseline: Mapping[str, Any], pinned: Pinned, calibration: str | None) -> Target:
    """The target that a baseline document describes with the pinned files as `pinned` sees them."""
    components = components_of(baseline, pinned)
    digest = baseline_digest(baseline["surface"], baseline["model_version"], components)
    return Target(baseline["id"], digest, baseline["model_version"], components, calibration)


def missing_files(value: Mapping[str, Any], pinned: Pinned) -> list[str]:
    """Globs of a baseline that match no file any more."""
    return [
        pattern
        for part in PARTS
        if isinstance(value["components"][part], dict)
        for pattern in value["components"][part].get("files", ())
        if not pinned(pattern)
    ]
