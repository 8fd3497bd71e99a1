"""What a drill walks back and compares: a packet whose triggers lead to the package is walked, whatever surface the
package names today."""

from typing import Any

import pytest

from builders import World
from drilled import PACKAGE, drill, team
from govern.domain.drills.environment import environment, to_rehearse

CLONE = {"packet": "ranker-v12", "cohorts": ["pc-na"], "same": True, "seconds": 0.5, "differs": []}


def in_shadow(surface: Any) -> World:
    """The packet went into shadow with its triggers frozen; the package names another surface now, or none."""
    made = team({f"packages/{PACKAGE}": {"surface": surface}})
    packet = made.state.touch("ranker-v12")
    packet.phase, packet.surface = "shadow", "ranking"
    for name in ("xr-dislocation", "stamp-mismatch", "rank-shift"):
        trigger = made.documents.get("trigger", name)
        assert trigger is not None
        packet.frozen[f"triggers/{name}"] = trigger.digest
    return made


def package(made: World) -> dict[str, Any]:
    found = made.documents.get("package", PACKAGE)
    assert found is not None
    return dict(found.value)


@pytest.mark.parametrize("surface", ["ranking", "answers", None])
def test_packet_whose_triggers_lead_to_the_package_is_walked(surface: str | None) -> None:
    made = in_shadow(surface)
    assert to_rehearse(made.state, made.documents, package(made)) == "ranker-v12"
    refused = made.refused(drill(made), "mara")
    assert refused.reasons == (f"{PACKAGE} touches ranking: the way back of ranker-v12 was not walked",)
    (record, *_) = made.do(drill(made, clone=CLONE), "mara")
    rows = record.body["environment"]["baselines"]
    assert "ranking" in {row["surface"] for row in rows} and record.body["environment"]["method"] == "clone"


def test_another_packet_of_the_named_surface_does_not_take_its_place() -> None:
    made = in_shadow("answers")
    other = made.state.touch("zz-answers")
    other.phase, other.surface = "canary", "answers"
    assert to_rehearse(made.state, made.documents, package(made)) == "ranker-v12"


def test_packet_that_ended_is_not_walked() -> None:
    made = in_shadow("answers")
    made.state.touch("ranker-v12").phase = "rolled_back"
    assert to_rehearse(made.state, made.documents, package(made)) is None
    rows = environment(made.state, made.documents, package(made), None)["baselines"]
    assert {row["surface"] for row in rows} == {"answers"}
