"""A share of a cohort: stated in numbers, exact, and nobody flips back when it grows."""

from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from govern.serving import Resolver, side
from govern.serving.split import PLACES, places
from serving.datafiles import bytes_of, split

PERCENTS = st.integers(1, PLACES - 1).map(lambda hundredths: hundredths / 100)
UNITS = st.text(min_size=1)
VECTORS = [
    ("ranker-v12", "u1", 3829),
    ("ranker-v12", "u2", 8938),
    ("ranker-v13", "u1", 1787),
    ("p", "ä", 2132),
]


@pytest.mark.parametrize(("packet", "unit", "place"), VECTORS)
def test_side_is_what_version_1_says_forever(packet: str, unit: str, place: int) -> None:
    digest = sha256(b"v1:" + packet.encode() + b":" + unit.encode()).hexdigest()
    assert side(packet, unit) == int(digest[:16], 16) % 10_000 == place


def test_every_hundredth_of_a_percent_takes_exactly_its_places() -> None:
    assert [places(n / 100) for n in range(1, PLACES + 1)] == list(range(1, PLACES + 1))
    assert (places(0.001), places(33.335)) == (1, 3334)


@given(unit=UNITS, shares=st.tuples(PERCENTS, PERCENTS))
def test_nobody_flips_back_when_the_share_grows(unit: str, shares: tuple[float, float]) -> None:
    small, large = (
        Resolver(bytes_of(split(percent))).resolve("ranking", "pc-na", unit) for percent in sorted(shares)
    )
    assert (small.baseline, large.baseline) != ("ranking-b7", "ranking-b6")
    assert {small.reason, large.reason} == {"SPLIT"}


@given(unit=UNITS, percent=PERCENTS)
def test_a_unit_is_on_next_exactly_when_its_place_lies_below_the_share(unit: str, percent: float) -> None:
    found = Resolver(bytes_of(split(percent))).resolve("ranking", "pc-na", unit)
    on_next = side("ranker-v12", unit) < round(percent * 100)
    assert (found.baseline, found.calibration_packet_id) == (
        ("ranking-b7", "cal-9") if on_next else ("ranking-b6", "cal-8")
    )
    assert (found.packet, found.phase, found.cohort_key) == ("ranker-v12", "wide", "pc-na")


@pytest.mark.parametrize("unit", [None, "", 7, b"u1", ["u1"], True])
def test_no_unit_stays_on_the_old_side(unit: object) -> None:
    found = Resolver(bytes_of(split(99.99))).resolve("ranking", "pc-na", unit)  # type: ignore[arg-type]
    assert (found.baseline, found.calibration_packet_id, found.reason) == ("ranking-b6", "cal-8", "NO_UNIT")


def test_a_share_is_about_its_percent_of_many_units() -> None:
    resolver = Resolver(bytes_of(split(5)))
    on_next = sum(
        resolver.resolve("ranking", "pc-na", f"u{n}").baseline == "ranking-b7" for n in range(20_000)
    )
    assert on_next == 989  # five hundredths of them, give or take chance


def test_units_are_placed_anew_in_another_packet() -> None:
    units = [f"u{n}" for n in range(2_000)]
    both = sum(side("a", unit) < 1_000 and side("b", unit) < 1_000 for unit in units)
    assert both < 40  # a tenth of a tenth, about 20
