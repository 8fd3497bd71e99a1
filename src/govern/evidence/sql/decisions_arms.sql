-- For all windows together: how many decisions lie in one, and how many of them carry neither version.
-- A decision is counted with its own cohort, never a second time where cohorts are asked for together.
SELECT
    COUNT(*) AS n,
    COUNT(CASE WHEN no_version THEN 1 END) AS no_version,
    COUNT(CASE WHEN arm IS NULL AND NOT no_version THEN 1 END) AS other_version
FROM scoped
WHERE span <= $own
