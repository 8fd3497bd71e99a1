-- Outcomes of the rows in `exported`, by surface, cohort key and context; counts of decisions.
SELECT
    surface,
    cohort_key AS cohort,
    rollback_context AS context,
    COUNT(*) AS n,
    COUNT(CASE WHEN policy_pass = 1 THEN 1 END) AS passed,
    COUNT(CASE WHEN policy_pass = 0 THEN 1 END) AS failed,
    COUNT(*) - COUNT(policy_pass) AS unknown
FROM exported
GROUP BY surface, cohort_key, rollback_context
ORDER BY surface, cohort_key NULLS LAST, rollback_context NULLS FIRST
