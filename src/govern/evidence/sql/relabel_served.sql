-- Decisions of the cohorts in `affected` on a version, from $since on: the first, the last and how many.
SELECT cohort_key AS cohort, MIN(decided_at) AS first, MAX(decided_at) AS last, COUNT(*) AS n
FROM decisions
WHERE surface = $surface AND decided_at >= $since AND model_version_active = $version
    AND cohort_key IN (SELECT cohort_key FROM affected)
GROUP BY cohort_key
ORDER BY cohort_key
