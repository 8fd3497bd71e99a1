"""A world with something in every view: four cohorts that went back, each further on its way in again."""

from typing import Any

from builders import PACKET, World, cohorts
from govern.documents import schemas
from govern.domain.document import digest_of
from govern.domain.mitigation.corrective_actions import CloseAction
from govern.domain.mitigation.lane_health import ObserveInteraction, ObserveStartup
from govern.domain.mitigation.lane_replays import RecordReplay
from govern.domain.mitigation.reentry_decision import AssessReentry, DecideReentry
from govern.domain.rollout.reentry_exit import ExitMitigation
from govern.domain.windows import after
from govern.operations.views.view import Seen
from lanes import in_lane, lane

OWED = {"owner": "ben", "due": "2026-11-24", "required": "two windows of replays"}
TOLD = (
    "approval_given",
    "evidence_recorded",
    "risk_accepted",
    "trigger_fired",
    "waiver_granted",
)  # by their examples


def four_lanes() -> World:
    """On the seventh day, the windows being days: `eu` was provisional and kept, both on medium confidence; of `na`
    half the rejections are open; nobody looked at `tv`; `us` was let out.
    """
    made = in_lane(cohorts("eu", "na", "tv", "us"))
    kept = DecideReentry("na", "kept", (OWED,))
    actions = [each["action"] for each in made.do(kept, "ana")[0].body["rejections"]]
    for action in actions[: len(actions) // 2]:
        made.do(CloseAction("na", action, "proof.csv", digest_of(b"proof")), "ana")
    for cohort, passed in (("eu", 49), ("us", 50)):
        replay(made, cohort, passed)
    made.now = "2026-11-21T10:00:00Z"
    for cohort, passed in (("eu", 49), ("us", 50)):
        decidable(made, cohort, passed)
    made.do(DecideReentry("us", "approved"), "ana")
    made.do(ExitMitigation("us", stay=True), "ben")
    made.do(DecideReentry("eu", "provisional", batch="p"), "ana")
    made.now = "2026-11-22T10:00:00Z"
    decidable(made, "eu", 49)
    made.do(DecideReentry("eu", "kept", (OWED,)), "ana")
    return made


def decidable(made: World, cohort: str, passed: int) -> None:
    """Its candidate window is open."""
    made.do(ObserveStartup(cohort, "b1"), "ana")
    made.do(ObserveInteraction(cohort, "b1"), "ana")
    replay(made, cohort, passed)
    made.do(AssessReentry(cohort), "ana")


def replay(made: World, cohort: str, passed: int) -> None:
    measured = {
        "n": 50, "passed": passed, "route_mismatches": {"critical": 0, "other": 50 - passed},
        "owner_mutations": {"unauthorized": 0, "authorized": 1},
        "side_effects": [{"class": "audio-gap", "severity": "low", "n": 2}],
        "source": {"name": "results.csv", "digest": digest_of(f"{cohort} {made.now}".encode()), "rows": 50},
    }  # fmt: skip
    made.do(RecordReplay(cohort, "p", "b1", measured), "ana")


def in_every_view() -> World:
    """The four lanes, and a record of everything else that a view shows."""
    made = four_lanes()
    there = lane(made, "tv")
    for event in TOLD:
        made.fact(f"{event}/1", example(event))
    seen = dict(example("health_observed"))
    seen |= {"cohort_key": "tv", "mitigation_mode_id": there.id, "attempt": there.attempt}
    made.fact("health_observed/1", seen, there.stream, by="ana")
    return made


def example(event: str) -> dict[str, Any]:
    body: dict[str, Any] = schemas.read(f"records/{event}.1")["examples"][0]
    return body


def seen(made: World) -> Seen:
    """What views are made of; of the ledger the newest records of every stream."""
    lanes = [lane for each in made.state.lanes.values() for lane in each]
    known = [record for each in (*lanes, *made.state.packets.values()) for record in each.history]
    known = [record for record in known if record.stream != f"packets/{PACKET}"] + made.state.packets[
        PACKET
    ].history
    by_place = {record.n: record for record in known}
    records = tuple(("c" * 40, by_place[n]) for n in sorted(by_place))
    return Seen(made.state, made.documents, after(made.now, "PT1H"), "c" * 40, records)
