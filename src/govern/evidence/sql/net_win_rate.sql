-- net_win_rate: share of pairs that next scores higher, less the share that it scores lower. Unit: ratio, -1 to 1.
SELECT
    cohort_key,
    COUNT(score_delta) AS n,
    COUNT(excluded) AS excluded,
    CAST(COUNT(CASE WHEN score_delta > 0 THEN 1 END) - COUNT(CASE WHEN score_delta < 0 THEN 1 END) AS DOUBLE)
        / NULLIF(COUNT(score_delta), 0) AS value,
    COUNT(CASE WHEN score_delta < 0 THEN 1 END) AS worse,
    COUNT(CASE WHEN score_delta = 0 THEN 1 END) AS same,
    COUNT(CASE WHEN score_delta > 0 THEN 1 END) AS better
FROM pairs
GROUP BY cohort_key
ORDER BY cohort_key
