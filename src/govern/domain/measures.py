"""The measures that are shipped, by the data that they count, and the units in which a KPI may show each.

How a measure counts is said in its SQL, in the evidence room; what a query of the team's own gives is not known here.
"""

from collections.abc import Mapping

MEASURES = {  # measure on pairs: what its value is
    "mean_score_delta": "score",
    "median_abs_score_delta_top_decile": "score",
    "net_win_rate": "share",
    "policy_flip_rate": "share",
    "promotion_gate_flip_count": "count",
    "rank_delta_magnitude": "ranks",
    "rank_inversion_count": "count",
}
ON_DECISIONS = {
    "fallback_route_persistence": "share",
    "first_interaction_regressions": "count",
    "hold_age": "seconds",
    "mean_score": "score",
    "mismatch_rate": "share",
    "missing_model_version_count": "count",
    "owner_mutation_rejections": "count",
    "policy_dislocation_rate": "share",
    "reopen_rate": "share",
    "response_latency_median": "milliseconds",
    "side_effect_emergence": "incidence",
    "stamp_mismatch_rate": "share",
}
ON_RECORDS = {"time_to_acknowledge": "seconds"}
ON_REPLAYS = {"confidence_trend": "slope"}
KINDS = {**MEASURES, **ON_DECISIONS, **ON_RECORDS, **ON_REPLAYS}
SOURCES: Mapping[str, Mapping[str, str]] = {  # of a KPI; a source of the team's own is a decision log
    "shadow_pairs": MEASURES,
    "decisions": ON_DECISIONS,
    "records": ON_RECORDS,
    "replays": ON_REPLAYS,
}
UNITS = {
    "score": ("points", "score"),
    "share": ("percent", "points", "ratio"),
    "count": ("count",),
    "incidence": ("per_1000",),
    "ranks": ("ranks",),
    "milliseconds": ("ms", "s"),
    "seconds": ("s", "ms"),
    "slope": ("points",),
}
