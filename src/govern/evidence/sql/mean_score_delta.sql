-- mean_score_delta: by how much next scores above prev, on average over the pairs. Unit: that of the score.
SELECT
    cohort_key,
    COUNT(score_delta) AS n,
    COUNT(excluded) AS excluded,
    CAST(SUM(score_delta) AS DOUBLE) / NULLIF(COUNT(score_delta), 0) AS value,
    COUNT(CASE WHEN score_delta < 0 THEN 1 END) AS worse,
    COUNT(CASE WHEN score_delta = 0 THEN 1 END) AS same,
    COUNT(CASE WHEN score_delta > 0 THEN 1 END) AS better
FROM pairs
GROUP BY cohort_key
ORDER BY cohort_key
