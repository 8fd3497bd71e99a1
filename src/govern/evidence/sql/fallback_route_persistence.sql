-- fallback_route_persistence: the share of requests that are still on the fallback route. All decisions of the cohort
-- are looked at, whatever version they carry, and stand under next; one that does not name its route is left out.
SELECT
    span,
    'next' AS arm,
    cluster,
    COUNT(route) AS n,
    COUNT(*) - COUNT(route) AS excluded,
    CAST(COUNT(CASE WHEN route = 'fallback' THEN 1 END) AS DOUBLE) / NULLIF(COUNT(route), 0) AS value,
    COUNT(CASE WHEN route = 'fallback' THEN 1 END) AS k
FROM counted
GROUP BY span, cluster
