-- How many decisions of the incident are to be marked, by cohort key. NULL: no key.
SELECT cohort_key AS cohort, COUNT(*) AS due
FROM scope
WHERE on_version AND ours
GROUP BY cohort_key
ORDER BY cohort_key NULLS LAST
