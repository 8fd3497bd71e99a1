-- policy_flip_rate: share of all pairs that pass the policy on prev and fail it on next. Unit: ratio, 0 to 1.
-- Counts: worse is pass to fail, better is fail to pass.
SELECT
    cohort_key,
    COUNT(score_delta) AS n,
    COUNT(excluded) AS excluded,
    CAST(COUNT(CASE WHEN policy_pass_prev > policy_pass_next THEN 1 END) AS DOUBLE)
        / NULLIF(COUNT(score_delta), 0) AS value,
    COUNT(CASE WHEN policy_pass_prev > policy_pass_next THEN 1 END) AS worse,
    COUNT(CASE WHEN policy_pass_prev = policy_pass_next THEN 1 END) AS same,
    COUNT(CASE WHEN policy_pass_prev < policy_pass_next THEN 1 END) AS better
FROM pairs
GROUP BY cohort_key
ORDER BY cohort_key
