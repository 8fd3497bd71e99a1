-- Classes of side effects that decisions of a cohort had before an instant.
SELECT DISTINCT side_effect_class AS class
FROM decisions
WHERE
    surface = $surface
    AND cohort_key = $cohort
    AND decided_at < $before
    AND side_effect_class IS NOT NULL
    AND side_effect_class <> 'none'
ORDER BY side_effect_class
