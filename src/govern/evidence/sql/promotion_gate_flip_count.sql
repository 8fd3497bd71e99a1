-- promotion_gate_flip_count: pairs whose gate outcome differs between prev and next, either way. Unit: count.
SELECT
    cohort_key,
    COUNT(score_delta) AS n,
    COUNT(excluded) AS excluded,
    COUNT(CASE WHEN policy_pass_prev <> policy_pass_next THEN 1 END) AS value,
    COUNT(CASE WHEN policy_pass_prev <> policy_pass_next THEN 1 END) AS k
FROM pairs
GROUP BY cohort_key
ORDER BY cohort_key
