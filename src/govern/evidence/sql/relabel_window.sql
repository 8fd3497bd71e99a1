-- Decisions of the cohorts in `affected` from $since until before $until, and how many of them carry no version.
SELECT cohort_key AS cohort, COUNT(*) AS n, COUNT(*) - COUNT(model_version_active) AS no_version,
    MIN(CASE WHEN model_version_active IS NOT NULL THEN decided_at END) AS first
FROM decisions
WHERE surface = $surface AND decided_at >= $since AND decided_at < $until
    AND cohort_key IN (SELECT cohort_key FROM affected)
GROUP BY cohort_key
ORDER BY cohort_key
