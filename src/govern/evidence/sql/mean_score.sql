-- mean_score: the mean score of the decisions that have one. Unit: that of the score.
-- Scores are decimals of twelve places: sums are exact in whatever order the rows come.
SELECT
    span,
    arm,
    cluster,
    COUNT(score) AS n,
    COUNT(*) - COUNT(score) AS excluded,
    CAST(SUM(CAST(score AS DECIMAL(30, 12))) AS DOUBLE) / NULLIF(COUNT(score), 0) AS value,
    COALESCE(SUM(CAST(score AS DECIMAL(30, 12))), 0) AS sum
FROM counted
WHERE arm IS NOT NULL
GROUP BY span, arm, cluster
