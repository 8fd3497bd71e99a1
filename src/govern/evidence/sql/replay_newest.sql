-- The newest decisions of each cohort that a packet's next made, or should have: without those that were rightly on
-- the rest of a split, and without late ones. Of equal times the first by name, so that it is always the same.
SELECT decision_id
FROM (
    SELECT
        m.decision_id,
        ROW_NUMBER() OVER (PARTITION BY m.cohort_key ORDER BY m.decided_at DESC, m.decision_id) AS place
    FROM marked m
    JOIN intervals i ON i.interval = m.interval
    WHERE i.packet = $packet
        AND i.on_next
        AND i.to_digest = $digest
        AND m.outcome <> 'late'
        AND NOT (m.outcome = 'matched' AND (COALESCE(m.side, TRUE) = FALSE OR NOT m.as_to))
)
WHERE place <= $latest
