-- Every decision of the log with the context of the incidents that it was marked in; NULL: in none.
-- With $surface only those of that surface; NULL: of all.
-- Contexts of several incidents are separated by a space.
SELECT
    d.decision_id,
    CAST(d.decided_at AS TIMESTAMPTZ) AS decided_at,
    d.surface,
    d.cohort_key,
    d.option_id,
    d.model_version_active,
    d.calibration_packet_id,
    d.baseline_digest,
    d.policy_pass,
    d.error_class,
    m.rollback_context
FROM decisions d
LEFT JOIN (
    SELECT decision_id, STRING_AGG(DISTINCT rollback_context, ' ' ORDER BY rollback_context) AS rollback_context
    FROM sidecar
    GROUP BY decision_id
) AS m ON m.decision_id = d.decision_id
WHERE $surface IS NULL OR d.surface = $surface
ORDER BY d.decision_id
