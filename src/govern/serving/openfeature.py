"""A provider for OpenFeature's SDK: a surface is a flag, and the stamp comes with every evaluation as metadata.

The evaluation context holds `cohort_key` as an attribute; its targeting key is the unit of a split. Needs the extra
`serving`. An object is what flagd's flags give for the same surface, a text is the baseline's id.
"""

from collections.abc import Mapping, Sequence
from typing import Any, TypeVar

try:
    from openfeature.evaluation_context import EvaluationContext
    from openfeature.event import ProviderEventDetails
    from openfeature.exception import FlagNotFoundError, TypeMismatchError
    from openfeature.flag_evaluation import FlagResolutionDetails, FlagValueType
    from openfeature.flag_evaluation import Reason as Why
    from openfeature.provider import AbstractProvider, Metadata
except ModuleNotFoundError as error:
    needs = "govern.serving.openfeature needs OpenFeature's SDK: pip install 'govern-cli[serving]'"
    raise ModuleNotFoundError(needs, name=error.name) from error

from govern.serving.resolution import Reason, Resolution
from govern.serving.resolver import Resolver, UnknownSurfaceError

WHY: Mapping[Reason, Why] = {
    "BOUND": Why.TARGETING_MATCH,
    "SPLIT": Why.SPLIT,
    "NO_UNIT": Why.DEFAULT,
    "NO_KEY": Why.DEFAULT,
    "UNKNOWN_KEY": Why.DEFAULT,
}
NEVER = "a surface is served a baseline: ask for an object, or for its id as a string"

T = TypeVar("T")
Object = Sequence[FlagValueType] | Mapping[str, FlagValueType]


class GovernProvider(AbstractProvider):
    """Answers OpenFeature's clients out of a Resolver. Register it by `api.set_provider_and_wait`."""

    def __init__(self, resolver: Resolver) -> None:
        super().__init__()
        self._resolver = resolver

    def get_metadata(self) -> Metadata:
        return Metadata(name="govern")

    def reload(self) -> bool:
        """As `Resolver.reload`; the SDK's handlers are told of a change, and of a file that could not be taken."""
        before = self._resolver.problem
        changed = self._resolver.reload()
        problem = self._resolver.problem
        if problem is not None and problem != before:
            self.emit_provider_stale(ProviderEventDetails(message=problem))
        elif problem is None and before is not None:
            self.emit_provider_ready(ProviderEventDetails())
        if changed:
            surfaces = list(self._resolver.surfaces)
            self.emit_provider_configuration_changed(ProviderEventDetails(flags_changed=surfaces))
        return changed

    def resolve_object_details(
        self, flag_key: str, default_value: Object, evaluation_context: EvaluationContext | None = None
    ) -> FlagResolutionDetails[Object]:
        found = self._resolve(flag_key, evaluation_context)
        value: dict[str, Any] = {  # null where there is no calibration, as in flagd's flags
            "baseline": found.baseline,
            "model_version": found.model_version,
            "calibration_packet_id": found.calibration_packet_id,
            "digest": found.digest,
        }
        return self._details(value, found)

    def resolve_string_details(
        self, flag_key: str, default_value: str, evaluation_context: EvaluationContext | None = None
    ) -> FlagResolutionDetails[str]:
        found = self._resolve(flag_key, evaluation_context)
        return self._details(found.baseline, found)

    def resolve_boolean_details(
        self, flag_key: str, default_value: bool, evaluation_context: EvaluationContext | None = None
    ) -> FlagResolutionDetails[bool]:
        """Refused: after adoption "is it on next" has no yes or no."""
        self._resolve(flag_key, evaluation_context)
        raise TypeMismatchError(NEVER)

    def resolve_integer_details(
        self, flag_key: str, default_value: int, evaluation_context: EvaluationContext | None = None
    ) -> FlagResolutionDetails[int]:
        self._resolve(flag_key, evaluation_context)
        raise TypeMismatchError(NEVER)

    def resolve_float_details(
        self, flag_key: str, default_value: float, evaluation_context: EvaluationContext | None = None
    ) -> FlagResolutionDetails[float]:
        self._resolve(flag_key, evaluation_context)
        raise TypeMismatchError(NEVER)

    def _resolve(self, surface: str, context: EvaluationContext | None) -> Resolution:
        attributes = context.attributes if context else {}
        unit = context.targeting_key if context else None
        try:
            return self._resolver.resolve(surface, attributes.get("cohort_key"), unit)  # type: ignore[arg-type]  # any type is safe: it is no key
        except UnknownSurfaceError as error:
            raise FlagNotFoundError(str(error)) from None

    def _details(self, value: T, found: Resolution) -> FlagResolutionDetails[T]:
        stamp = {name: text for name, text in found.stamp.items() if text is not None}
        return FlagResolutionDetails(
            value=value,
            variant=found.baseline,
            reason=WHY[found.reason],
            flag_metadata={**stamp, "reason": found.reason},
        )
