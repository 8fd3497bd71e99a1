-- judged: every decision of the log once, with what was bound for it and how its stamp compares.
--   outcome        matched, mismatched, late, missing_version, or unbound: nothing was bound there and then
--   known          the cohort key is bound by name; a decision without such a key has the surface's default
--   side           in a split: TRUE on `to`, FALSE on the rest, NULL where no unit key says so
--   split          the cohort was split at that time
-- A digest counts where it is stamped. An old version is late until `late_until`, then it is a mismatch.
WITH placed AS (
    SELECT
        d.*,
        n.track IS NOT NULL AS known,
        b.interval,
        b.on_next,
        b.rolled_back,
        b.places < 10000 AS split,
        CASE WHEN b.places < 10000 AND b.packet IS NOT NULL AND d.unit_key IS NOT NULL
             THEN CAST('0x' || LEFT(SHA256('v1:' || b.packet || ':' || d.unit_key), 16) AS UBIGINT) % 10000 < b.places
        END AS side,
        b.to_version,
        b.rest_version,
        b.to_calibration,
        d.model_version_active = b.to_version AND COALESCE(d.baseline_digest = b.to_digest, TRUE) AS as_to,
        d.model_version_active = b.rest_version AND COALESCE(d.baseline_digest = b.rest_digest, TRUE) AS as_rest
    FROM decisions d
    LEFT JOIN named n ON n.surface = d.surface AND n.cohort_key = d.cohort_key
    LEFT JOIN bound b
        ON b.surface = d.surface
        AND b.track = COALESCE(n.track, 0)
        AND b.bucket = CAST(FLOOR(EXTRACT(EPOCH FROM d.decided_at) / $width) AS BIGINT)
        AND b.since <= d.decided_at
        AND d.decided_at < b.until
    WHERE d.decided_at >= $since AND d.decided_at < $until
)
SELECT
    placed.*,
    f.late_until IS NOT NULL AS was_bound,
    CASE
        WHEN placed.interval IS NULL THEN 'unbound'
        WHEN placed.model_version_active IS NULL THEN 'missing_version'
        WHEN CASE WHEN NOT split OR side THEN as_to WHEN NOT side THEN as_rest ELSE as_to OR as_rest END
            THEN 'matched'
        WHEN placed.decided_at < f.late_until THEN 'late'
        ELSE 'mismatched'
    END AS outcome
FROM placed
LEFT JOIN former f ON f.interval = placed.interval AND f.model_version = placed.model_version_active
