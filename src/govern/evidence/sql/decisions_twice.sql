-- Decisions that stand in the log more than once, with how often.
-- Numbers are compared before texts: of many millions of decisions only those with equal hashes are held as text.
SELECT decision_id, COUNT(*) AS times
FROM decisions
WHERE hash(decision_id) IN (
    SELECT hash(decision_id) FROM decisions WHERE decision_id IS NOT NULL GROUP BY 1 HAVING COUNT(*) > 1
)
GROUP BY decision_id
HAVING COUNT(*) > 1
ORDER BY decision_id
