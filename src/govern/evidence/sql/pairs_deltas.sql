-- How often each score difference occurs in a cohort: all that the edge weights need. Unit: that of the score.
SELECT cohort_key, score_delta, COUNT(*) AS times
FROM pairs
WHERE score_delta IS NOT NULL
GROUP BY cohort_key, score_delta
ORDER BY cohort_key, score_delta
