"""Decisions as an application logs them: decided by the Resolver on the ledger's own datafile, stamped by it."""

from collections.abc import Iterable, Mapping
from typing import Any

from decision_logs import decision
from govern.operations.serve import served as datafile
from govern.serving import Resolver
from workspaces import Clone


def serving(clone: Clone) -> Resolver:
    """What an application of this clone's ledger serves from."""
    return Resolver(datafile(clone.workspace(), "datafile"))


def served(
    resolver: Resolver, surface: str, keys: Iterable[str | None], at: str, units: Iterable[str] = ("u1",)
) -> list[dict[str, Any]]:
    """One decision for each key and unit at the instant `at`, with real stamps and cache keys."""
    rows = []
    for key in keys:
        for unit in units:
            found = resolver.resolve(surface, key, unit)
            stamp: Mapping[str, Any] = {n: v for n, v in found.stamp.items() if n != "packet"}
            named = {"unit_key": unit, "cache_key": found.cache_key("q")}
            rows.append(decision(f"{at[8:]}-{key}-{unit}", decided_at=at, **stamp, **named))
    return rows
