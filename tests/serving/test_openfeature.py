"""The provider through OpenFeature's own client: values, reasons, stamps, and code defaults where it cannot answer."""

from collections.abc import Iterator
from pathlib import Path
from queue import Queue
from typing import Any

import pytest
from openfeature import api
from openfeature.client import OpenFeatureClient
from openfeature.evaluation_context import EvaluationContext
from openfeature.event import EventDetails, ProviderEvent
from openfeature.exception import ErrorCode
from openfeature.flag_evaluation import Reason

from govern.serving import Resolver
from govern.serving.flagd import flags_of
from govern.serving.openfeature import GovernProvider
from serving.datafiles import bytes_of, changed, split, whole


@pytest.fixture
def provider(tmp_path: Path) -> Iterator[GovernProvider]:
    path = tmp_path / "bindings.json"
    path.write_bytes(bytes_of(split()))
    provider = GovernProvider(Resolver.from_file(path))
    api.set_provider_and_wait(provider)
    yield provider
    api.clear_providers()
    api.shutdown()


@pytest.fixture
def client(provider: GovernProvider) -> OpenFeatureClient:
    return api.get_client()


CASES = [  # targeting key, attributes -> baseline, OpenFeature's reason, ours
    (None, {"cohort_key": "pc-eu"}, "ranking-b7", Reason.TARGETING_MATCH, "BOUND"),
    ("u5", {"cohort_key": "pc-na"}, "ranking-b7", Reason.SPLIT, "SPLIT"),
    ("u2", {"cohort_key": "pc-na"}, "ranking-b6", Reason.SPLIT, "SPLIT"),
    (None, {"cohort_key": "pc-na"}, "ranking-b6", Reason.DEFAULT, "NO_UNIT"),
    ("u5", {}, "ranking-b6", Reason.DEFAULT, "NO_KEY"),
    ("u5", {"cohort_key": "pc-x"}, "ranking-b6", Reason.DEFAULT, "UNKNOWN_KEY"),
    ("u5", {"cohort_key": 7}, "ranking-b6", Reason.DEFAULT, "UNKNOWN_KEY"),
    ("u5", {"cohort_key": ["pc-na"]}, "ranking-b6", Reason.DEFAULT, "UNKNOWN_KEY"),
]


@pytest.mark.parametrize(("unit", "attributes", "baseline", "reason", "ours"), CASES, ids=str)
def test_client_gets_value_reason_and_stamp(
    client: OpenFeatureClient, unit: str | None, attributes: Any, baseline: str, reason: Reason, ours: str
) -> None:
    context = EvaluationContext(unit, attributes)
    details = client.get_object_details("ranking", {}, context)
    assert (details.variant, details.reason, details.error_code) == (baseline, reason, None)
    assert client.get_string_value("ranking", "code", context) == baseline
    stamp = Resolver(bytes_of(split())).resolve("ranking", attributes.get("cohort_key"), unit).stamp
    known = {name: text for name, text in stamp.items() if text is not None}
    assert details.flag_metadata == known | {"reason": ours}


def test_object_is_that_of_the_flags_of_flagd(client: OpenFeatureClient) -> None:
    variants = flags_of(whole())["flags"]["ranking"]["variants"]
    for key, baseline in (("pc-eu", "ranking-b7"), ("xr-eu", "ranking-b5"), (None, "ranking-b6")):
        context = EvaluationContext(attributes={"cohort_key": key} if key else {})
        assert client.get_object_value("ranking", {}, context) == variants[baseline]


def test_unknown_surface_gives_the_code_default(client: OpenFeatureClient) -> None:
    details = client.get_object_details("rankin", {"code": "default"})
    assert (details.value, details.error_code) == ({"code": "default"}, ErrorCode.FLAG_NOT_FOUND)
    assert details.error_message == "no surface 'rankin'; the datafile has answers, ranking"


def test_a_baseline_is_no_number_and_no_yes_or_no(client: OpenFeatureClient) -> None:
    asked = (
        client.get_boolean_details("ranking", True),
        client.get_integer_details("ranking", 7),
        client.get_float_details("ranking", 1.5),
    )
    assert [details.error_code for details in asked] == [ErrorCode.TYPE_MISMATCH] * 3
    assert [details.value for details in asked] == [True, 7, 1.5]


def test_handlers_are_told_of_changes_and_of_files_that_cannot_be_taken(
    provider: GovernProvider, client: OpenFeatureClient, tmp_path: Path
) -> None:
    told: Queue[tuple[str, EventDetails]] = Queue()  # the SDK calls its handlers from a thread of its own
    for event in (ProviderEvent.PROVIDER_CONFIGURATION_CHANGED, ProviderEvent.PROVIDER_STALE):
        client.add_handler(event, lambda details, name=event.name: told.put((name, details)))
    path = tmp_path / "bindings.json"
    path.write_bytes(b"{")
    assert [provider.reload(), provider.reload()] == [False, False]
    path.write_bytes(bytes_of(changed("n", 13)))
    assert provider.reload() is True
    heard = dict(told.get(timeout=30) for _ in range(2))
    assert "it is not JSON" in (heard["PROVIDER_STALE"].message or "")
    assert heard["PROVIDER_CONFIGURATION_CHANGED"].flags_changed == ["answers", "ranking"]
    assert (
        client.get_string_value("ranking", "", EvaluationContext("u2", {"cohort_key": "pc-na"}))
        == "ranking-b7"
    )
