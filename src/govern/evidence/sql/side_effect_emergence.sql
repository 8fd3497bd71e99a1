-- side_effect_emergence: decisions with a new side effect, per decision; shown per 1,000. New is a class that does not
-- stand in `known_effects`: in a lane those that the cohort's decisions had before it was entered, and those that the
-- criteria declare. All decisions of the cohort are looked at, whatever version they carry, and stand under next.
SELECT
    span,
    'next' AS arm,
    cluster,
    COUNT(*) AS n,
    0 AS excluded,
    CAST(COUNT(emerged) AS DOUBLE) / COUNT(*) AS value,
    COUNT(emerged) AS k
FROM (
    SELECT
        c.span,
        c.cluster,
        CASE WHEN k.class IS NULL THEN c.side_effect_class END AS emerged
    FROM counted c
    LEFT JOIN known_effects k ON k.class = c.side_effect_class
) AS marked
GROUP BY span, cluster
