-- mismatch_rate: the share of decisions whose class of error is mismatch. No class of error is no mismatch.
SELECT
    span,
    arm,
    cluster,
    COUNT(*) AS n,
    0 AS excluded,
    CAST(COUNT(CASE WHEN error_class = 'mismatch' THEN 1 END) AS DOUBLE) / COUNT(*) AS value,
    COUNT(CASE WHEN error_class = 'mismatch' THEN 1 END) AS k
FROM counted
WHERE arm IS NOT NULL
GROUP BY span, arm, cluster
