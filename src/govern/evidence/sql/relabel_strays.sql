-- Decisions on the version from $since until before $until that are of no cohort: without a key, or with a key that
-- is not in `known`, the keys that were ever bound on the surface. NULL: no key.
SELECT cohort_key AS cohort, COUNT(*) AS n
FROM decisions
WHERE surface = $surface AND decided_at >= $since AND decided_at < $until
    AND COALESCE(model_version_active = $version, baseline_digest = $digest, FALSE)
    AND (cohort_key IS NULL OR cohort_key NOT IN (SELECT cohort_key FROM known))
GROUP BY cohort_key
ORDER BY cohort_key NULLS LAST
