-- missing_model_version_count: decisions that do not say which version decided. Unit: count.
-- They belong to neither arm: all decisions of the cohort are looked at, and stand under next.
SELECT
    span,
    'next' AS arm,
    cluster,
    COUNT(*) AS n,
    0 AS excluded,
    COUNT(CASE WHEN no_version THEN 1 END) AS value,
    COUNT(CASE WHEN no_version THEN 1 END) AS k
FROM counted
GROUP BY span, cluster
