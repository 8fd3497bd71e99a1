-- Decisions of the log with how each stamp compares, in the order of time.
--   decides  the side that its unit decides, `to` or `rest`; without a unit key the one that is stamped; else NULL
SELECT
    decision_id, decided_at, surface, cohort_key, model_version_active, calibration_packet_id, baseline_digest,
    policy_pass, unit_key, build_id, option_id, error_class, cache_key,
    CASE WHEN outcome = 'matched' AND calibration_missing THEN 'calibration_missing' ELSE outcome END AS outcome,
    CASE
        WHEN outcome = 'unbound' THEN NULL
        WHEN NOT split OR side OR (side IS NULL AND as_to) THEN 'to'
        WHEN NOT side OR as_rest THEN 'rest'
    END AS decides
FROM marked
ORDER BY decided_at, decision_id
