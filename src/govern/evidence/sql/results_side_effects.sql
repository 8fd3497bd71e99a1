-- Side effects of the replayed decisions by class. A class that comes in several severities has the gravest.
SELECT
    side_effect_class AS class,
    CASE
        WHEN COUNT(CASE WHEN side_effect_severity = 'high' THEN 1 END) > 0 THEN 'high'
        WHEN COUNT(CASE WHEN side_effect_severity = 'medium' THEN 1 END) > 0 THEN 'medium'
        ELSE 'low'
    END AS severity,
    COUNT(*) AS n
FROM results
WHERE side_effect_class IS NOT NULL
GROUP BY side_effect_class
ORDER BY side_effect_class
