"""Who decided since an instant: counts by cohort, and a cohort that is silent is not left out."""

import pytest

from decision_logs import decision, write_every_form
from govern.evidence.decided import Decided, decided_since
from govern.evidence.decisions import open_log

SINCE = "2026-11-20T02:10:21Z"
ROWS = [
    decision("before", cohort_key="xr-na", decided_at="2026-11-20T02:10:20Z"),
    decision("at", cohort_key="xr-na", decided_at=SINCE),
    decision("later", cohort_key="xr-na", decided_at="2026-11-20T02:30:00Z"),
    decision(
        "other-version", cohort_key="xr-na", decided_at="2026-11-20T02:31:00Z", model_version_active="m7"
    ),
    decision("no-version", cohort_key="xr-eu", decided_at="2026-11-20T02:31:00Z", model_version_active=None),
    decision("elsewhere", cohort_key="xr-na", decided_at="2026-11-20T02:31:00Z", surface="search"),
    decision("not-asked", cohort_key="pc-na", decided_at="2026-11-20T02:31:00Z"),
    decision("no-key", cohort_key=None, decided_at="2026-11-20T02:31:00Z"),
]
FORMS = ("csv", "json lines", "parquet", "folder of csv")


@pytest.fixture(scope="module")
def logs(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    return write_every_form(tmp_path_factory.mktemp("decided"), ROWS)


@pytest.mark.parametrize("form", FORMS)
def test_decisions_are_counted_by_cohort_from_the_instant_on(logs: dict[str, str], form: str) -> None:
    with open_log(logs[form]) as log:
        found = decided_since(log, "ranking", ["xr-na", "vr", "xr-eu"], "m6", SINCE)
    assert found == {
        "vr": Decided(),
        "xr-eu": Decided(n=1, no_version=1),
        "xr-na": Decided(n=3, on_version=2),
    }
    assert [cohort for cohort, one in found.items() if one.silent] == ["vr", "xr-eu"]
