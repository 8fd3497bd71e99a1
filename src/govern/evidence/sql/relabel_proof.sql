-- How many decisions of the incident are due to be marked, and how many of them `sidecar` marks, by cohort key.
SELECT cohort_key AS cohort, COUNT(*) AS due, COUNT(CASE WHEN marked THEN 1 END) AS marked
FROM (
    SELECT
        cohort_key,
        decision_id IN (SELECT decision_id FROM sidecar WHERE rollback_context = $context) AS marked
    FROM scope
    WHERE on_version AND ours
) AS proved
GROUP BY cohort_key
ORDER BY cohort_key NULLS LAST
