-- Find hidden confidence debt: cohorts decided on medium confidence twice in three windows.
SELECT cohort_key, COUNT(*) AS provisional_count
FROM reentry_decisions
WHERE reentry_label = 'eligible_medium_confidence'
AND decision_window >= current_window - 2
GROUP BY cohort_key
HAVING COUNT(*) >= 2;
