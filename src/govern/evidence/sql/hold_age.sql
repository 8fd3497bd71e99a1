-- hold_age: the median of how long decisions had been on hold when their window ended, or when they were released
-- before that. Only held decisions count. Unit: seconds. Measured again later, a window gives the same.
WITH placed AS (
    SELECT
        span,
        arm,
        cluster,
        held_s,
        ROW_NUMBER() OVER (PARTITION BY span, arm, cluster ORDER BY held_s) AS place,
        COUNT(held_s) OVER (PARTITION BY span, arm, cluster) AS filled
    FROM counted
    WHERE arm IS NOT NULL AND held_s IS NOT NULL
)
SELECT
    span,
    arm,
    cluster,
    COUNT(held_s) AS n,
    0 AS excluded,
    SUM(CASE WHEN 2 * place BETWEEN filled AND filled + 2 THEN held_s END)
        / NULLIF(COUNT(CASE WHEN 2 * place BETWEEN filled AND filled + 2 THEN held_s END), 0) AS value
FROM placed
GROUP BY span, arm, cluster
