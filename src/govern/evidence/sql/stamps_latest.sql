-- The newest decisions of each cohort in `scope`; of equal times the first by name, so that it is always the same.
SELECT *
FROM (
    SELECT
        *,
        ROW_NUMBER() OVER (PARTITION BY cohort_key ORDER BY decided_at DESC, decision_id) AS place
    FROM scope
) AS placed
WHERE place <= $latest
