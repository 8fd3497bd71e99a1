-- Decisions of the incident that `sidecar` does not mark with its context; the first $shown, by id.
SELECT decision_id
FROM scope
WHERE on_version AND ours
    AND decision_id NOT IN (SELECT decision_id FROM sidecar WHERE rollback_context = $context AND decision_id IS NOT NULL)
ORDER BY decision_id
LIMIT $shown
