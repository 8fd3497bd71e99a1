-- How many decisions a log has, from when to when, and how many of them cannot be placed.
-- `zoned` times name their zone, `unzoned` ones do not; times are UTC.
SELECT
    COUNT(*) AS rows,
    MIN(decided_at) AS first,
    MAX(decided_at) AS last,
    COUNT(*) - COUNT(CASE WHEN ISFINITE(decided_at) THEN 1 END) AS timeless,
    COUNT(*) - COUNT(decision_id) AS nameless,
    COUNT(*) - COUNT(surface) AS surfaceless,
    COUNT(CASE WHEN ISFINITE(decided_at) AND zoned THEN 1 END) AS zoned,
    COUNT(CASE WHEN ISFINITE(decided_at) AND NOT zoned THEN 1 END) AS unzoned
FROM decisions
