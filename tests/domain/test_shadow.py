"""Recording shadow pairs: from shadow on, for covered cohorts."""

from builders import PACKET, in_shadow, shadow_set, world


def test_pairs_are_recorded_from_shadow_on_and_for_covered_cohorts_only() -> None:
    made = world()
    assert (
        made.refused(shadow_set(made.documents, PACKET, {"public": 20})).type_line
        == f"govern phase advance {PACKET} --to shadow"
    )
    made = in_shadow()
    assert (
        "does not cover: xr"
        in made.refused(shadow_set(made.documents, PACKET, {"public": 20, "xr": 20})).reasons[0]
    )
