-- placed: every decision of a cohort in the one window of a row of them that it lies in: of $length seconds each, from
-- $begin (seconds since 1970) on. The windows are computed, so that a year of minutes is one question.
--   span         the number of the window: those of a line have $count numbers each
--   ends         seconds since 1970 at which the window ends
SELECT placed.*, line * $count + place AS span, $begin + $length * (place + 1) AS ends
FROM (
    SELECT
        d.*,
        s.line,
        CAST(FLOOR((EXTRACT(EPOCH FROM d.decided_at) - $begin) / $length) AS BIGINT) AS place
    FROM decided d
    JOIN spans s ON s.cohort_key = d.cohort_key AND s.since <= d.decided_at AND d.decided_at < s.until
    WHERE d.surface = $surface
) AS placed
