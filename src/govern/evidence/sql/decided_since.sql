-- Decisions of the cohorts in `affected` from $since on: how many, how many of them on a version, how many without any.
SELECT cohort_key AS cohort, COUNT(*) AS n,
    COUNT(CASE WHEN model_version_active = $version THEN 1 END) AS on_version,
    COUNT(*) - COUNT(model_version_active) AS no_version
FROM decisions
WHERE surface = $surface AND decided_at >= $since AND cohort_key IN (SELECT cohort_key FROM affected)
GROUP BY cohort_key
ORDER BY cohort_key
