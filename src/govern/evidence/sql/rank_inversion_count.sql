-- rank_inversion_count: options that lost places (rank 1 is the best, so rank_delta is above 0). Unit: count.
SELECT
    cohort_key,
    COUNT(score_delta) AS n,
    COUNT(excluded) AS excluded,
    COUNT(CASE WHEN rank_delta > 0 THEN 1 END) AS value,
    COUNT(CASE WHEN rank_delta > 0 THEN 1 END) AS k
FROM pairs
GROUP BY cohort_key
ORDER BY cohort_key
