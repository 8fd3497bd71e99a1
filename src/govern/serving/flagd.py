"""The bindings as flagd's flags, for every language that has a provider: one flag a surface, cohorts by name.

Never written: `fractional`, which puts a unit on different sides in different releases of the providers; the state
DISABLED, which hands out whatever default stands in the application's code; `in` on a text, which finds substrings.
The form is that of providers, https://flagd.dev/schema/v0/flags.json.
"""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from govern.errors import RefusedError
from govern.serving.datafile import read
from govern.serving.resolver import Resolver

SCHEMA = "https://flagd.dev/schema/v0/flags.json"
COHORT = {"var": "cohort_key"}  # where the evaluation context of the application holds the key

Choice = tuple[str, str | None]  # baseline and calibration


def flags_of(datafile: Mapping[str, Any]) -> dict[str, Any]:
    """flagd's flags for a datafile (schemas/datafile.v1.schema.json).

    A variant is named by its baseline and holds `{baseline, model_version, calibration_packet_id, digest}`. Raises
    RefusedError where a cohort is split: flags cannot say that so that every provider agrees; DatafileError.
    """
    read(json.dumps(datafile).encode())
    if split := list(_split(datafile)):
        raise RefusedError(
            f"flags cannot serve a share of a cohort: {', '.join(split)}",
            notes=(
                "flagd's `fractional` places the same unit differently from provider to provider",
                "serve these with govern.serving.Resolver, or bind the whole of each cohort first",
            ),
        )
    baselines = datafile["baselines"]
    return {
        "$schema": SCHEMA,
        "metadata": {"flagSetId": datafile["ledger"], "version": str(datafile["n"])},
        "flags": {name: _flag(surface, baselines) for name, surface in sorted(datafile["surfaces"].items())},
    }


def check_flags(flags: Mapping[str, Any], datafile: Mapping[str, Any]) -> list[str]:
    """Where `flags` and the Resolver would serve differently, one line each; empty when they agree.

    Every cohort is asked, and keys that no cohort has.
    """
    resolver = Resolver(json.dumps(datafile).encode())
    found = [f"{cohort}: flags cannot serve a share of a cohort" for cohort in _split(datafile)]
    for name, surface in sorted(datafile["surfaces"].items()):
        flag = flags.get("flags", {}).get(name)
        for key in (*surface["cohorts"], *_strangers(surface["cohorts"])):
            wanted = resolver.resolve(name, key)
            served, why = _served(flag, {} if key is None else {"cohort_key": key})
            value = _value((wanted.baseline, wanted.calibration_packet_id), datafile["baselines"])
            if served != value:
                found.append(f"{name}/{key!r} is on {wanted.baseline}: {why}")
    return found


def _split(datafile: Mapping[str, Any]) -> Iterator[str]:
    for name, surface in sorted(datafile["surfaces"].items()):
        for cohort, binding in sorted(surface["cohorts"].items()):
            if binding["percent"] != 100:
                yield f"{name}/{cohort} at {binding['percent']:g} %"


def _flag(surface: Mapping[str, Any], baselines: Mapping[str, Any]) -> dict[str, Any]:
    default: Choice = (surface["default"], surface.get("calibration"))
    members: dict[Choice, list[str]] = {default: []}
    for cohort, binding in sorted(surface["cohorts"].items()):
        members.setdefault((binding["to"], binding.get("calibration")), []).append(cohort)
    names = {choice: _name(choice, members) for choice in sorted(members, key=str)}
    flag: dict[str, Any] = {
        "state": "ENABLED",
        "variants": {name: _value(choice, baselines) for choice, name in names.items()},
        "defaultVariant": names[default],
    }
    rules = [
        part
        for choice, name in names.items()
        if members[choice]
        for part in ({"in": [COHORT, members[choice]]}, name)
    ]
    if rules:
        flag["targeting"] = {"if": [*rules, names[default]]}
    return flag


def _name(choice: Choice, members: Mapping[Choice, object]) -> str:
    """The baseline's id; with the calibration where one baseline is served under several."""
    baseline, calibration = choice
    several = sum(other == baseline for other, _ in members) > 1
    return f"{baseline}+{calibration or 'uncalibrated'}" if several else baseline


def _value(choice: Choice, baselines: Mapping[str, Any]) -> dict[str, Any]:
    baseline, calibration = choice
    return {
        "baseline": baseline,
        "model_version": baselines[baseline]["model_version"],
        "calibration_packet_id": calibration,
        "digest": baselines[baseline]["digest"],
    }


def _strangers(cohorts: Mapping[str, Any]) -> list[Any]:
    """Keys that no cohort has: none, nothing, of other types, and those nearly like a real one."""
    near = [text for key in cohorts for text in (key[:-1], f" {key}", f"{key} ", key.swapcase())][:200]
    return [None, 0, True, [*cohorts], {}, *(text for text in ("", *near) if text not in cohorts)]


def _served(flag: Any, context: Mapping[str, Any]) -> tuple[Any, str]:
    """What a provider serves, in words too; None where it falls back to the default in the application's code."""
    if flag is None:
        return None, "there is no such flag"
    if flag.get("state") != "ENABLED":
        return None, "the flag is not enabled"
    try:
        name = _evaluate(flag["targeting"], context) if flag.get("targeting") else None
    except ValueError as error:
        return None, str(error)
    name = flag.get("defaultVariant") if name is None else name
    value = flag.get("variants", {}).get(name)
    return (value, f"the flag serves {value}") if value else (None, f"there is no variant {name!r}")


def _evaluate(rule: Any, context: Mapping[str, Any]) -> Any:
    """As much of JsonLogic as `flags_of` writes. Raises ValueError on anything else."""
    if not isinstance(rule, dict):
        return rule
    match rule:
        case {"var": str(name), **rest} if not rest:
            return context.get(name)
        case {"in": [wanted, list(members)], **rest} if not rest:
            return _evaluate(wanted, context) in members
        case {"if": [*steps], **rest} if not rest and len(steps) % 2:
            for condition, then in zip(steps[:-1:2], steps[1::2], strict=True):
                if _evaluate(condition, context):
                    return _evaluate(then, context)
            return _evaluate(steps[-1], context)
    raise ValueError(f"not a rule that this program writes: {json.dumps(rule)[:80]}")
