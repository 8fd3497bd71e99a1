-- For each cohort in `asked` its decisions on the surface: how many there are, and how many within its window.
SELECT
    d.cohort_key AS cohort,
    COUNT(*) AS n,
    COUNT(CASE WHEN d.decided_at >= a.since AND d.decided_at < $end THEN 1 END) AS within
FROM decisions d
JOIN asked a ON a.cohort_key = d.cohort_key
WHERE d.surface = $surface
GROUP BY d.cohort_key
