-- Counts of decisions for each surface and cohort key; a decision has one outcome, and any number of marks.
--   no_key                 no cohort key: the surface's default
--   unknown_key            a key that was never bound by name: the default too
--   split_checked          within a split, and a unit key says on which side
--   split_unknown          within a split without a unit key: either side is taken as right
--   no_digest              a version without the digest of its baseline
--   calibration_missing    next decided and its calibration packet is not stamped, or another one is
--   cache_without_version  the cache key does not contain the version: a rollback would not reach what is cached
--   stale_cache            out of a cache, after a rollback and its lag, on a version that was bound before
SELECT
    surface,
    cohort_key AS cohort,
    COUNT(*) AS n,
    COUNT(CASE WHEN outcome = 'matched' THEN 1 END) AS matched,
    COUNT(CASE WHEN outcome = 'mismatched' THEN 1 END) AS mismatched,
    COUNT(CASE WHEN outcome = 'late' THEN 1 END) AS late,
    COUNT(CASE WHEN outcome = 'missing_version' THEN 1 END) AS missing_version,
    COUNT(CASE WHEN outcome = 'unbound' THEN 1 END) AS unbound,
    COUNT(CASE WHEN no_key THEN 1 END) AS no_key,
    COUNT(CASE WHEN unknown_key THEN 1 END) AS unknown_key,
    COUNT(CASE WHEN split AND side IS NOT NULL THEN 1 END) AS split_checked,
    COUNT(CASE WHEN split AND side IS NULL THEN 1 END) AS split_unknown,
    COUNT(CASE WHEN no_digest THEN 1 END) AS no_digest,
    COUNT(CASE WHEN calibration_missing THEN 1 END) AS calibration_missing,
    COUNT(CASE WHEN cache_without_version THEN 1 END) AS cache_without_version,
    COUNT(CASE WHEN stale_cache THEN 1 END) AS stale_cache,
    MIN(decided_at) AS first,
    MAX(decided_at) AS last
FROM marked
GROUP BY surface, cohort_key
ORDER BY surface, cohort_key NULLS LAST
