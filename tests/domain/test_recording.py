"""Recording shadow pairs: from shadow on, for covered cohorts."""

from builders import PACKET, in_shadow, world
from measured import shadow_set


def test_pairs_are_recorded_from_shadow_on() -> None:
    made = world()
    refused = made.refused(shadow_set(made.documents.values, PACKET, {"public": 20}))
    assert refused.type_line == f"govern phase advance {PACKET} --to shadow"


def test_pairs_of_a_cohort_that_the_packet_does_not_cover_are_refused() -> None:
    made = in_shadow()
    refused = made.refused(shadow_set(made.documents.values, PACKET, {"public": 20, "xr": 20}))
    assert refused.reasons == (f"cohorts that {PACKET} does not cover: xr",)
