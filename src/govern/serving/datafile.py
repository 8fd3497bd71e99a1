"""Reads a datafile: every answer that it can give is made here, once, so that resolving is a look-up.

The shape is schemas/datafile.v1.schema.json. Fields that are not known are passed over; what an answer rests on must
be there and fit, or the whole file is refused: half a datafile would serve half a rollback.
"""

import json
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, NamedTuple

from govern.serving.resolution import Resolution, Split
from govern.serving.split import places

FORMAT = "govern-bindings/1"


class DatafileError(ValueError):
    """The bytes are no datafile; the message says where and why."""


class Surface(NamedTuple):
    """The answers of one surface."""

    bound: Mapping[str | None, Resolution | Split]  # by cohort key; None: the request has none
    unknown: Resolution  # to a key that nobody bound, without that key

    def to_unknown(self, cohort_key: object) -> Resolution:
        """The default, with the key as asked where that is a text."""
        surface, _, *rest = self.unknown
        return Resolution._make((surface, cohort_key if isinstance(cohort_key, str) else None, *rest))


class Datafile(NamedTuple):
    """The answers of all surfaces after record `n` of the ledger `ledger` (the digest of its first record)."""

    ledger: str
    n: int
    surfaces: Mapping[str, Surface]


def read(data: bytes) -> Datafile:
    """The answers in `data`. Raises DatafileError."""
    try:
        return _read(json.loads(data))
    except DatafileError:
        raise
    except (ValueError, RecursionError) as error:
        raise DatafileError(f"it is not JSON that can be read: {error}") from None


def _read(value: Any) -> Datafile:
    found = value.get("format") if isinstance(value, dict) else None
    if found != FORMAT:
        raise DatafileError(f"its format is {found!r}; this version reads {FORMAT!r}")
    baselines = {
        name: _baseline(name, entry, f"baselines.{name}")
        for name, entry in _inside(value, "baselines", dict).items()
    }
    surfaces = {
        name: _surface(name, entry, baselines) for name, entry in _inside(value, "surfaces", dict).items()
    }
    return Datafile(_inside(value, "ledger", str), _inside(value, "n", int), surfaces)


def _baseline(name: str, entry: Any, where: str) -> Resolution:
    """A resolution with all that a baseline says; who asks and why is put in for each cohort."""
    return Resolution(
        surface="",
        cohort_key=None,
        baseline=name,
        digest=_inside(entry, "digest", str, where),
        model_version=_inside(entry, "model_version", str, where),
        components=_read_only(_inside(entry, "components", dict, where)),
        calibration_packet_id=None,
        packet=None,
        phase=None,
        reason="NO_KEY",
    )


def _surface(surface: str, entry: Any, baselines: Mapping[str, Resolution]) -> Surface:
    where = f"surfaces.{surface}"
    default = _named(entry, "default", baselines, where)._replace(
        surface=surface,
        calibration_packet_id=_text_or_none(entry, "calibration", where),
    )
    bound: dict[str | None, Resolution | Split] = {None: default}
    for cohort, binding in _inside(entry, "cohorts", dict, where).items():
        bound[cohort] = _answer(surface, cohort, binding, baselines, f"{where}.cohorts.{cohort}")
    return Surface(bound, default._replace(reason="UNKNOWN_KEY"))


def _answer(
    surface: str, cohort: str, entry: Any, baselines: Mapping[str, Resolution], where: str
) -> Resolution | Split:
    percent = _inside(entry, "percent", (int, float), where)
    packet = _text_or_none(entry, "packet", where)
    to = _named(entry, "to", baselines, where)._replace(
        surface=surface,
        cohort_key=cohort,
        calibration_packet_id=_text_or_none(entry, "calibration", where),
        packet=packet,
        phase=_text_or_none(entry, "phase", where),
        reason="BOUND",
    )
    if not 0 < percent <= 100:
        raise DatafileError(f"{where}.percent is {percent}; it lies above 0, and 100 at most")
    if percent == 100:
        return to
    if packet is None:
        raise DatafileError(f"{where} is split and names no packet, by which its units are placed")
    rest = _named(entry, "else", baselines, where)._replace(
        surface=surface,
        cohort_key=cohort,
        calibration_packet_id=_text_or_none(entry, "else_calibration", where),
        packet=packet,
        phase=to.phase,
        reason="SPLIT",
    )
    return Split(packet, places(percent), to._replace(reason="SPLIT"), rest, rest._replace(reason="NO_UNIT"))


def _named(entry: Any, field: str, baselines: Mapping[str, Resolution], where: str) -> Resolution:
    name = _inside(entry, field, str, where)
    if name not in baselines:
        raise DatafileError(f"{where}.{field} names the baseline {name!r}, which is not in the file")
    return baselines[name]


def _inside(entry: Any, field: str, kind: type | tuple[type, ...], where: str = "") -> Any:
    """The value of `field`, which must be there and of `kind` (true and false are no numbers)."""
    if not isinstance(entry, dict):
        raise DatafileError(f"{where} is not a mapping")
    path = f"{where}.{field}".lstrip(".")
    if field not in entry:
        raise DatafileError(f"{path} is missing")
    value = entry[field]
    if not isinstance(value, kind) or isinstance(value, bool):
        raise DatafileError(f"{path} is {value!r}")
    return value


def _text_or_none(entry: Any, field: str, where: str) -> str | None:
    value = entry.get(field)
    if value is not None and not isinstance(value, str):
        raise DatafileError(f"{where}.{field} is {value!r}")
    return value


def _read_only(value: Any) -> Any:
    if isinstance(value, dict):
        return MappingProxyType({name: _read_only(part) for name, part in value.items()})
    return tuple(map(_read_only, value)) if isinstance(value, list) else value
