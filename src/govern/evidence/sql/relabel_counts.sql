-- What an incident holds before $until, for each cohort key; counts of decisions. NULL: no key.
-- A decision without a version is marked only where the digest of its baseline tells that the version decided.
SELECT
    cohort_key AS cohort,
    COUNT(*) AS in_window,
    COUNT(CASE WHEN on_version THEN 1 END) AS on_version,
    COUNT(CASE WHEN on_version AND ours THEN 1 END) AS to_relabel,
    COUNT(CASE WHEN model_version_active IS NULL THEN 1 END) AS no_version
FROM scope
WHERE decided_at < $until
GROUP BY cohort_key
ORDER BY cohort_key NULLS LAST
