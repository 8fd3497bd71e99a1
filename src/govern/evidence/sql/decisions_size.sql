-- How many decisions a log has, from when to when, and how many of them cannot be placed.
-- `zoned` times name their zone, `unzoned` ones do not; times are UTC.
SELECT
    COUNT(*) AS rows,
    MIN(decided_at) AS first,
    MAX(decided_at) AS last,
    COUNT(CASE WHEN decided_at IS NULL OR NOT ISFINITE(decided_at) THEN 1 END) AS timeless,
    COUNT(*) - COUNT(decision_id) AS nameless,
    COUNT(*) - COUNT(surface) AS surfaceless,
    COUNT(CASE WHEN decided_at IS NOT NULL AND zoned THEN 1 END) AS zoned,
    COUNT(CASE WHEN decided_at IS NOT NULL AND NOT zoned THEN 1 END) AS unzoned
FROM decisions
