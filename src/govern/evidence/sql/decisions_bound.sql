-- bound: every interval once for each bucket of time that it shares with the log; times are UTC.
-- A bucket is a time's seconds since 1970 divided by $width, rounded down.
SELECT
    intervals.*,
    UNNEST(RANGE(
        CAST(FLOOR(EXTRACT(EPOCH FROM GREATEST(since, $first)) / $width) AS BIGINT),
        CAST(FLOOR(EXTRACT(EPOCH FROM LEAST(until, $last)) / $width) AS BIGINT) + 1
    )) AS bucket
FROM intervals
WHERE since <= $last AND until > $first
