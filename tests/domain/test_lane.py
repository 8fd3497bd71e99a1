"""Names of lanes, and the lower end of an interval."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from govern.domain.document import FOLDERS
from govern.domain.lane import SLUG_AT_MOST, mode_id, slug, stream_of
from govern.domain.selection import is_cohort_key
from govern.domain.statistics import wilson

keys = st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=1, max_size=128).filter(
    is_cohort_key
)
VOUCHED = [  # passed, of, to four decimals
    (0, 0, 0.0), (0, 10, 0.0), (10, 10, 0.7225), (25, 25, 0.8668), (13, 25, 0.3350), (45, 45, 0.9213),
    (49, 50, 0.8950), (1000, 1000, 0.9962),
]  # fmt: skip


def test_key_that_is_an_id_is_its_own_name_and_others_are_told_apart() -> None:
    assert (
        slug("xr-na") == "xr-na" and mode_id("xr-na", 1) == "xr-na-01" and stream_of("xr-na") == "lanes/xr-na"
    )
    assert slug("safe:privacy_fictional") == "safe-privacy-fictional-8b191245"
    assert slug("XR").startswith("xr-") and slug("xr-8b191245") != "xr-8b191245"


@given(st.lists(keys, min_size=2, max_size=30, unique=True))
def test_no_two_keys_have_the_same_stream(cohorts: list[str]) -> None:
    """Also where a key was made to look like the name of another."""
    known = {*cohorts, *(slug(cohort) for cohort in cohorts)}
    assert len({slug(cohort) for cohort in known}) == len(known)


@given(keys)
def test_lane_has_an_id(cohort: str) -> None:
    name = mode_id(cohort, 12)
    assert name.isascii() and name == name.lower() and len(name) <= 63
    assert len(slug(cohort)) <= SLUG_AT_MOST + 9 and "lanes" not in FOLDERS.values()


@pytest.mark.parametrize(("passed", "n", "low"), VOUCHED)
def test_lower_end_of_wilsons_interval(passed: int, n: int, low: float) -> None:
    """Where all passed it is n of n + z squared."""
    assert round(wilson.lower(passed, n), 4) == low


@given(st.integers(0, 400), st.integers(0, 400))
@example(0, 2)
def test_more_that_pass_vouch_for_more_and_none_for_what_was_not_seen(passed: int, failed: int) -> None:
    n = passed + failed
    low = wilson.lower(passed, n)
    assert 0 <= low <= (passed / n if n else 0)
    assert wilson.lower(passed + 1, n + 1) > low or passed == n == 0
    assert wilson.lower(passed, n + 1) <= low


def test_more_than_all_cannot_pass() -> None:
    with pytest.raises(ValueError, match="3 of 2"):
        wilson.lower(3, 2)
