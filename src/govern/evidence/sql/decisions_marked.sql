-- marked: `judged` with a column for each mark that `decisions_counts` counts.
SELECT
    *,
    cohort_key IS NULL AS no_key,
    cohort_key IS NOT NULL AND NOT known AND outcome <> 'unbound' AS unknown_key,
    model_version_active IS NOT NULL AND baseline_digest IS NULL AS no_digest,
    on_next
        AND outcome IN ('matched', 'missing_version')
        AND COALESCE(CASE WHEN split THEN COALESCE(side, as_to) ELSE TRUE END, FALSE)
        AND to_calibration IS NOT NULL
        AND calibration_packet_id IS DISTINCT FROM to_calibration AS calibration_missing,
    model_version_active IS NOT NULL AND NOT CONTAINS(cache_key, model_version_active) AS cache_without_version,
    outcome = 'mismatched' AND rolled_back AND was_bound AND cache_key IS NOT NULL AS stale_cache
FROM judged
