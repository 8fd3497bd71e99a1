"""The views that `govern query` asks: one table, in the order in which the reference lists them."""

from typing import Any

from govern.operations.views import lane_facts, lanes, ledger, packets
from govern.operations.views.view import View

VIEWS: dict[str, View[Any]] = {
    view.name: view
    for view in (
        lanes.MITIGATION_STATE,
        lane_facts.REENTRY_DECISIONS,
        lane_facts.REENTRY_REJECTIONS,
        lane_facts.MITIGATION_EVENTS,
        lane_facts.HEALTH_OBSERVATIONS,
        lane_facts.REPLAYS,
        lanes.CORRECTIVE_ACTIONS,
        packets.PACKETS,
        ledger.BINDINGS,
        ledger.BINDING_HISTORY,
        ledger.DUTIES,
        packets.WAIVERS,
        packets.EVIDENCE,
        packets.TRIGGERS_FIRED,
        packets.ROLLBACKS,
        packets.APPROVALS,
        ledger.RECORDS,
        ledger.WORKSPACE,
    )
}
