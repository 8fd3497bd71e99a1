"""What a packet may ask of a check beside its mode, under `gates`: whole numbers, of which more is stricter.

What `kpi_score` takes stands in the schema of packets. How strict package confidence is, the policy says in its terms.
"""

from collections.abc import Mapping

PARAMETERS: Mapping[str, str] = {  # check: its parameter
    "approvals": "needed",
    "explained": "losses_to_explain",
    "kpi_bands": "cycles",
    "shadow_pairs": "pairs_per_cohort",
    "soak": "windows",
}
ELSEWHERE: Mapping[str, tuple[str, ...]] = {  # where it is said: checks with parameters of another kind
    "packet": ("kpi_score", "package_confidence"),
    "workspace": ("package_confidence",),
}
