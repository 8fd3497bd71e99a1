-- Ensure corrective actions are owned and time-boxed: rejections whose work is open.
SELECT cohort_key, reason_code, owner, due_window
FROM reentry_rejections
WHERE resolved = false;
