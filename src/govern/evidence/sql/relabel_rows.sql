-- The rows of a sidecar: every decision of the incident that the version decided, marked with its context.
SELECT
    decision_id,
    $context AS rollback_context,
    model_version_active,
    $relabeled_at AS relabeled_at
FROM scope
WHERE on_version AND ours
ORDER BY decision_id
