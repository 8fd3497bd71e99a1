"""A request gets what its cohort is bound to; whatever is not bound by name gets the surface's default."""

import json
from typing import Any

import pytest

from govern.serving import REASONS, DatafileError, Resolver, UnknownSurfaceError
from serving.datafiles import KEYS, bytes_of, changed, split, whole

CASES = [  # cohort key, unit key -> baseline, calibration, packet, phase, reason
    *((key, None, "ranking-b7", "cal-9", "ranker-v12", "wide", "BOUND") for key in KEYS),
    ("pc-na", "u1", "ranking-b7", "cal-9", "ranker-v12", "wide", "BOUND"),
    ("xr-na", None, "ranking-b6", "cal-8", "ranker-v12", "wide", "BOUND"),
    ("xr-eu", None, "ranking-b5", None, None, None, "BOUND"),
    (None, None, "ranking-b6", "cal-8", None, None, "NO_KEY"),
    (None, "u1", "ranking-b6", "cal-8", None, None, "NO_KEY"),
]
STRANGERS: list[Any] = [
    "", " ", "pc-", "p", " pc-na", "pc-na ", "PC-NA", "pc-na\n", "pc-ná", "\ud800", "x" * 100_000, "toString",
    7, 7.0, True, b"pc-na", ["pc-na"], {"pc-na": 1}, ("pc-na",), object(), float("nan"),
]  # fmt: skip


@pytest.mark.parametrize("case", CASES, ids=str)
def test_resolve_gives_the_binding(case: tuple[Any, ...]) -> None:
    key, unit, *wanted = case
    found = Resolver(bytes_of(whole())).resolve("ranking", key, unit)
    assert [found.baseline, found.calibration_packet_id, found.packet, found.phase, found.reason] == wanted


@pytest.mark.parametrize("key", STRANGERS, ids=lambda key: repr(key)[:20])
@pytest.mark.parametrize("unit", [None, "u1"])
def test_resolve_gives_the_default_when_nobody_bound_the_key(key: Any, unit: str | None) -> None:
    found = Resolver(bytes_of(split())).resolve("ranking", key, unit)
    assert (found.baseline, found.calibration_packet_id, found.reason) == (
        "ranking-b6",
        "cal-8",
        "UNKNOWN_KEY",
    )
    assert found.cohort_key == (key if isinstance(key, str) else None)


@pytest.mark.parametrize("surface", ["rankin", "", "Ranking", None, ["ranking"]])
def test_resolve_names_the_surfaces_when_there_is_no_such(surface: Any) -> None:
    for key in (None, "pc-na", ["pc-na"]):
        with pytest.raises(UnknownSurfaceError, match="has answers, ranking"):
            Resolver(bytes_of(whole())).resolve(surface, key)


def test_components_are_whole_and_read_only() -> None:
    components = Resolver(bytes_of(whole())).resolve("ranking", "pc-na").components
    assert components["model"]["files"] == {"weights.txt": "sha256:" + "7" * 64}
    with pytest.raises(TypeError):
        components["model"]["version"] = "mine"


def test_cache_key_differs_when_anything_that_decides_differs() -> None:
    keys = set()
    for mark in "67":
        for version in ("ranker@1", "ranker@2"):
            datafile = changed("baselines.ranking-b6.digest", "sha256:" + mark * 64)
            datafile = changed("baselines.ranking-b6.model_version", version, datafile)
            found = Resolver(bytes_of(datafile)).resolve("ranking")
            assert version in found.cache_key("hello") and found.cache_key("hello").endswith(":hello")
            keys |= {found.cache_key("hello"), found.cache_key("world")}
    assert len(keys) == 8


BROKEN = [  # what is wrong, and what the message says
    (b"", "it is not JSON"),
    (b"\xff\xfe\xff", "it is not JSON"),
    (b"[" * 100_000, "it is not JSON"),
    (b"[]", "its format is None"),
    (changed("format", "govern-bindings/2"), "its format is 'govern-bindings/2'; this version reads"),
    (b'{"a":' * 600 + b"1" + b"}" * 600, "its format is None"),
    (
        bytes_of(changed("baselines.ranking-b7.components", "DEEP")).replace(
            b'"DEEP"', b'{"a":' * 5_000 + b"1" + b"}" * 5_000
        ),
        "it is not JSON that can be read",
    ),
    (changed("n", ...), "n is missing"),
    (changed("n", True), "n is True"),
    (changed("ledger", 1), "ledger is 1"),
    (changed("surfaces", []), r"surfaces is \[\]"),
    (changed("surfaces.ranking", None), "surfaces.ranking is not a mapping"),
    (changed("surfaces.ranking.default", "b9"), "surfaces.ranking.default names the baseline 'b9'"),
    (changed("surfaces.ranking.calibration", 3), "surfaces.ranking.calibration is 3"),
    (changed("surfaces.ranking.cohorts", ...), "surfaces.ranking.cohorts is missing"),
    (changed("surfaces.ranking.cohorts.pc-na", []), "cohorts.pc-na is not a mapping"),
    (changed("surfaces.ranking.cohorts.pc-na.to", "b9"), "pc-na.to names the baseline 'b9'"),
    (changed("surfaces.ranking.cohorts.pc-na.percent", "100"), "pc-na.percent is '100'"),
    (changed("surfaces.ranking.cohorts.pc-na.percent", 0), "pc-na.percent is 0; it lies above 0"),
    (changed("surfaces.ranking.cohorts.pc-na.percent", 100.01), "pc-na.percent is 100.01"),
    (changed("surfaces.ranking.cohorts.pc-na.percent", float("nan")), "pc-na.percent is nan"),
    (changed("surfaces.ranking.cohorts.pc-na.else", ..., split()), "pc-na.else is missing"),
    (changed("surfaces.ranking.cohorts.pc-na.packet", None, split()), "pc-na is split and names no packet"),
    (changed("baselines.ranking-b7.digest", ...), "baselines.ranking-b7.digest is missing"),
    (changed("baselines.ranking-b7.components", "x"), "baselines.ranking-b7.components is 'x'"),
]


@pytest.mark.parametrize(("data", "said"), BROKEN, ids=[said for _, said in BROKEN])
def test_resolver_refuses_a_broken_datafile_and_says_where(data: Any, said: str) -> None:
    with pytest.raises(DatafileError, match=said):
        Resolver(data if isinstance(data, bytes) else bytes_of(data))


def test_fields_that_are_not_known_are_passed_over() -> None:
    datafile = changed("surfaces.ranking.cohorts.pc-na.since", "2027", changed("made_by", "later"))
    assert Resolver(bytes_of(datafile)).resolve("ranking", "pc-na").baseline == "ranking-b7"


def test_every_reason_is_given_by_some_request() -> None:
    resolver = Resolver(bytes_of(split()))
    asked = [("pc-na", "u1"), ("pc-na", None), ("pc-eu", None), (None, None), ("pc-x", None)]
    assert {resolver.resolve("ranking", key, unit).reason for key, unit in asked} == set(REASONS)


def test_stamps_are_json_and_nobody_shares_them() -> None:
    found = Resolver(bytes_of(whole())).resolve("ranking", "pc-na")
    found.stamp["packet"] = "mine"
    assert json.loads(json.dumps(found.stamp))["packet"] == "ranker-v12"
