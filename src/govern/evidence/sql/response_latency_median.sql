-- response_latency_median: the median of how long decisions took. Unit: milliseconds.
WITH placed AS (
    SELECT
        span,
        arm,
        cluster,
        latency_ms,
        ROW_NUMBER() OVER (PARTITION BY span, arm, cluster ORDER BY latency_ms NULLS LAST) AS place,
        COUNT(latency_ms) OVER (PARTITION BY span, arm, cluster) AS filled
    FROM counted
    WHERE arm IS NOT NULL
)
SELECT
    span,
    arm,
    cluster,
    COUNT(latency_ms) AS n,
    COUNT(*) - COUNT(latency_ms) AS excluded,
    SUM(CASE WHEN 2 * place BETWEEN filled AND filled + 2 THEN latency_ms END)
        / NULLIF(COUNT(CASE WHEN 2 * place BETWEEN filled AND filled + 2 THEN latency_ms END), 0) AS value
FROM placed
GROUP BY span, arm, cluster
