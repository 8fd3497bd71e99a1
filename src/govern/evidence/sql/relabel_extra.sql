-- Decisions that `sidecar` names although they are none of the incident, or again, or with another context;
-- the first $shown, by id.
SELECT decision_id
FROM sidecar
GROUP BY decision_id
HAVING COUNT(*) > 1
    OR MAX(rollback_context) IS DISTINCT FROM $context
    OR decision_id IS NULL
    OR decision_id NOT IN (SELECT decision_id FROM scope WHERE on_version AND ours)
ORDER BY decision_id
LIMIT $shown
