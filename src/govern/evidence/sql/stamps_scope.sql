-- scope: the decisions of the cohorts in `asked` on one surface, each cohort from its own instant on.
SELECT d.*
FROM decisions d
JOIN asked a ON a.cohort_key = d.cohort_key
WHERE d.surface = $surface AND d.decided_at >= a.since AND d.decided_at < $end
