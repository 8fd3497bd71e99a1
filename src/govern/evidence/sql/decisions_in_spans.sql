-- placed: every decision of a cohort once for each window of `spans` that it lies in.
--   span         the number of the window; a decision lies in several where cohorts are asked for together too
--   ends         seconds since 1970 at which the window ends
SELECT d.*, s.span, EXTRACT(EPOCH FROM s.until) AS ends
FROM decided d
JOIN spans s
    ON s.cohort_key = d.cohort_key
    AND s.bucket = CAST(FLOOR(EXTRACT(EPOCH FROM d.decided_at) / $width) AS BIGINT)
    AND s.since <= d.decided_at
    AND d.decided_at < s.until
WHERE d.surface = $surface
