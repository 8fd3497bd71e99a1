-- rank_delta_magnitude: how many places an option moves, up or down, on average. Unit: ranks.
SELECT
    cohort_key,
    COUNT(score_delta) AS n,
    COUNT(excluded) AS excluded,
    CAST(SUM(ABS(rank_delta)) AS DOUBLE) / NULLIF(COUNT(score_delta), 0) AS value,
    COALESCE(SUM(ABS(rank_delta)), 0) AS sum_abs_rank_delta
FROM pairs
GROUP BY cohort_key
ORDER BY cohort_key
