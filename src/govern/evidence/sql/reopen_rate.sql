-- reopen_rate: the share of decisions that were opened again before their window ended. What is opened again later
-- counts nowhere, so that a window that is measured again gives the same.
SELECT
    span,
    arm,
    cluster,
    COUNT(*) AS n,
    0 AS excluded,
    CAST(COUNT(CASE WHEN reopened THEN 1 END) AS DOUBLE) / COUNT(*) AS value,
    COUNT(CASE WHEN reopened THEN 1 END) AS k
FROM counted
WHERE arm IS NOT NULL
GROUP BY span, arm, cluster
