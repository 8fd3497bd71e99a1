"""Why a value does not fit its schema: one finding for one mistake, with what to write instead.

Slow and only for a value that does not fit. A mistake often breaks several rules of a schema; here the first
cause wins: a misspelled field is not missing as well, and what has the wrong type is not out of range too.
"""

import re
from collections.abc import Iterable, Iterator
from functools import cache
from typing import Any

from govern.documents.schemas import Schema
from govern.documents.wording import Fault, counted, faults_of
from govern.domain.document import Positions, Value
from govern.domain.findings import Finding

TRIGGER_FORM = (
    "a trigger needs a number and a count. To copy and change:\n"
    "window: PT5M\n"
    "condition: {op: above, threshold: 3.0, unit: percent}\n"
    "counter: {consecutive: 2}\n"
    "Judgement needs no trigger: govern rollback execute --reason operator-judgement"
)
SIXTH = (
    "in an incident nobody reads the sixth. Take one out here; its file may stay: "
    "it is then measured and not gated"
)
COMPUTED = (  # of a packet, by `validate --fix`
    ("prev", "digest"),
    ("next", "digest"),
    ("model_version_prev",),
    ("model_version_next",),
)


def explain(kind: str, schema: Schema, value: Value, path: str, positions: Positions) -> list[Finding]:
    """The findings of a value that does not fit `schema`, one for each mistake."""
    errors = list(_flat(_validator()(schema, registry=_registry()).iter_errors(value)))
    faults = _one_each(_all(kind, schema, errors))
    if not faults:  # the fast validator is the judge, also where the slow one has nothing to say
        faults = [Fault((), "GOV-DOC-006", "does not fit its schema", f"govern schema show {kind}")]
    findings = []
    for fault in faults:
        place = positions.of(fault.pointer, key=fault.key)
        computed = kind == "packet" and (*fault.pointer, *filter(None, (fault.lacks,))) in COMPUTED
        findings.append(
            Finding(fault.code, "error", fault.message, path, place.line, place.column, fault.hint, computed)
        )
    return sorted(findings, key=lambda finding: finding.order)


@cache
def _validator() -> Any:
    from jsonschema import Draft202012Validator, ValidationError
    from jsonschema.validators import extend

    def pattern(_validator: Any, wanted: str, instance: Any, _schema: Any) -> Iterator[Any]:
        # `$` of Python also matches before a final line feed
        if isinstance(instance, str) and not re.search(re.sub(r"\$\Z", r"\\Z", wanted), instance):
            yield ValidationError(f"{instance!r} does not match {wanted!r}")

    return extend(Draft202012Validator, {"pattern": pattern})  # type: ignore[no-untyped-call]  # its stubs


@cache
def _registry() -> Any:
    from referencing import Registry

    return Registry()  # empty: a reference out of the schema is an error, never a download


def _flat(errors: Iterable[Any]) -> Iterator[Any]:
    """Errors with each `anyOf` and `oneOf` replaced by those of the branch that was most likely meant."""
    for error in errors:
        if error.validator in ("anyOf", "oneOf") and error.context:
            branches: dict[int, list[Any]] = {}
            for inner in error.context:
                branches.setdefault(inner.relative_schema_path[0], []).append(inner)
            yield from _flat(sorted(branches.values(), key=_distance)[0])
        else:
            yield error


def _distance(branch: list[Any]) -> tuple[bool, int]:
    wrong_type = any(error.validator in ("type", "const") and not error.relative_path for error in branch)
    return wrong_type, len(branch)


def _one_each(faults: Iterable[Fault]) -> list[Fault]:
    """The first fault at each place; nothing below a value that is itself of the wrong type."""
    kept: dict[tuple[Any, ...], Fault] = {}
    for fault in faults:
        kept.setdefault((fault.pointer, fault.key, fault.lacks), fault)
    wrong = {fault.pointer for fault in kept.values() if fault.code == "GOV-DOC-003" and not fault.key}
    return [
        fault
        for fault in kept.values()
        if not any(fault.pointer[:length] in wrong for length in range(len(fault.pointer)))
    ]


def _all(kind: str, root: Schema, errors: list[Any]) -> list[Fault]:
    """What every error says; two mistakes have a code and a form of their own."""
    faults: list[Fault] = []
    for error in errors:
        pointer = tuple(error.absolute_path)
        if (kind, pointer, error.validator) == ("trigger", ("condition",), "type"):
            faults.append(Fault(pointer, "GOV-TRG-001", "cannot be shown to be false", TRIGGER_FORM))
        elif (kind, pointer, error.validator) == ("packet", ("monitoring", "kpis"), "maxItems"):
            message = f"{counted(len(error.instance))} KPIs, five at most"
            faults.append(Fault((*pointer, error.validator_value), "GOV-PKT-003", message, SIXTH))
        else:
            faults.extend(faults_of(error, root))
    if any(fault.code == "GOV-TRG-001" for fault in faults):  # the form to copy holds these
        faults = [fault for fault in faults if fault.lacks not in ("window", "counter", "signal")]
    return faults
