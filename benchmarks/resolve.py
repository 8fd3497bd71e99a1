"""How long it takes to ask who decides, beside what a team would use instead, in one run.

One allowlist of 200 cohorts; asked are these and 200 others. All contenders must first give the same answers. Each
gets its request ready-made (context, attributes), outside of what is timed; rounds of all take turns, so that a busy
machine is busy for all. Prints microseconds a call (medians) and ratios. See benchmarks/README.md.
"""

import json
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from growthbook import GrowthBook
from openfeature import api
from openfeature.contrib.provider.flagd import FlagdProvider
from openfeature.contrib.provider.flagd.config import ResolverType
from openfeature.evaluation_context import EvaluationContext
from openfeature.provider import FeatureProvider
from yggdrasil_engine.engine import UnleashEngine

from govern.serving import Resolver
from govern.serving.flagd import flags_of
from govern.serving.openfeature import GovernProvider

ALLOWED = [f"region-{number:03}" for number in range(200)]
ASKED = [
    key for pair in zip(ALLOWED, (f"other-{number:03}" for number in range(200)), strict=True) for key in pair
]
ROUNDS, PASSES = 9, 10  # rounds of each contender; passes over all keys in a round

Ask = Callable[[Any], bool]  # whether the request is on next


def datafile() -> dict[str, Any]:
    binding = {
        "to": "ranking-b7",
        "percent": 100,
        "else": "ranking-b6",
        "packet": "ranker-v12",
        "phase": "canary",
    }
    binding |= {"calibration": "cal-9", "else_calibration": "cal-8"}
    ranking = {"default": "ranking-b6", "calibration": "cal-8", "cohorts": dict.fromkeys(ALLOWED, binding)}
    baselines = {
        f"ranking-b{n}": {"digest": f"sha256:{n:064}", "model_version": f"ranker@{n}", "components": {}}
        for n in (6, 7)
    }
    known = {"format": "govern-bindings/1", "ledger": "sha256:" + "a" * 64, "n": 12}
    return known | {"surfaces": {"ranking": ranking}, "baselines": baselines}


def resolver() -> tuple[Ask, Sequence[Any]]:
    served = Resolver(json.dumps(datafile()).encode())
    return lambda key: served.resolve("ranking", key).baseline == "ranking-b7", ASKED


def stamped() -> tuple[Ask, Sequence[Any]]:
    served = Resolver(json.dumps(datafile()).encode())
    return lambda key: served.resolve("ranking", key).stamp["model_version_active"] == "ranker@7", ASKED


def openfeature(provider: FeatureProvider, domain: str) -> tuple[Ask, Sequence[Any]]:
    api.set_provider_and_wait(provider, domain)
    client = api.get_client(domain)
    contexts = [EvaluationContext("u1", {"cohort_key": key}) for key in ASKED]
    return (
        lambda context: client.get_object_value("ranking", {}, context)["baseline"] == "ranking-b7",
        contexts,
    )


def growthbook() -> tuple[Ask, Sequence[Any]]:
    rule = {"condition": {"cohort_key": {"$in": ALLOWED}}, "force": "ranking-b7"}
    book = GrowthBook(features={"ranking": {"defaultValue": "ranking-b6", "rules": [rule]}})

    def ask(attributes: dict[str, str]) -> bool:
        book.set_attributes(attributes)
        return bool(book.get_feature_value("ranking", "ranking-b6") == "ranking-b7")

    return ask, [{"cohort_key": key} for key in ASKED]


def unleash() -> tuple[Ask, Sequence[Any]]:
    constraint = {"contextName": "cohort_key", "operator": "IN", "values": ALLOWED}
    strategy = {"name": "default", "constraints": [constraint], "parameters": {}}
    feature = {"name": "ranking", "type": "release", "enabled": True, "strategies": [strategy]}
    engine = UnleashEngine()
    engine.take_state(json.dumps({"version": 2, "features": [feature]}))
    contexts = [{"properties": {"cohort_key": key}} for key in ASKED]
    return lambda context: engine.check_enabled("ranking", context).is_enabled, contexts


@contextmanager
def contenders() -> Iterator[dict[str, tuple[Ask, Sequence[Any]]]]:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "flags.json"
        path.write_text(json.dumps(flags_of(datafile())), "utf-8")
        flagd = FlagdProvider(resolver_type=ResolverType.FILE, offline_flag_source_path=str(path))
        govern = GovernProvider(Resolver(json.dumps(datafile()).encode()))
        yield {
            "Resolver.resolve": resolver(),
            "Resolver.resolve, with its stamp": stamped(),
            "GrowthBook": growthbook(),
            "OpenFeature, GovernProvider": openfeature(govern, "govern"),
            "Unleash's engine": unleash(),
            "OpenFeature, flagd provider (FILE)": openfeature(flagd, "flagd"),
        }
        api.clear_providers()
        api.shutdown()


def seconds(ask: Ask, requests: Sequence[Any]) -> float:
    """Of one call, over a round."""
    begun = time.perf_counter()
    for _ in range(PASSES):
        for request in requests:
            ask(request)
    return (time.perf_counter() - begun) / (PASSES * len(requests))


def main() -> None:
    with contenders() as all_of_them:
        for name, (ask, requests) in all_of_them.items():
            answers = [ask(request) for request in requests]
            assert answers == [True, False] * len(ALLOWED), f"{name} answers otherwise"
        rounds = [{name: seconds(*one) for name, one in all_of_them.items()} for _ in range(ROUNDS)]
    medians = {name: statistics.median(each[name] for each in rounds) for name in rounds[0]}
    first = medians["Resolver.resolve"]
    print(f"{'200 of 400 cohorts on next':36}{'us a call':>10}{'times':>8}")
    for name, each in sorted(medians.items(), key=lambda item: item[1]):
        print(f"{name:36}{each * 1e6:10.2f}{each / first:8.1f}")


if __name__ == "__main__":
    main()
