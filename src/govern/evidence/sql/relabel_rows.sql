-- The rows of a sidecar: every decision of the incident that the version decided, marked with its context.
-- In the order of time, which most logs have already, so that the same decisions give the same bytes; what is the
-- same in all rows is added after sorting, for it would have to be held with each.
SELECT
    decision_id,
    $context AS rollback_context,
    CASE WHEN stamped THEN $version END AS model_version_active,
    $relabeled_at AS relabeled_at
FROM (
    SELECT decision_id, model_version_active IS NOT NULL AS stamped
    FROM scope
    WHERE on_version AND ours
    ORDER BY decided_at, decision_id
) AS marked
