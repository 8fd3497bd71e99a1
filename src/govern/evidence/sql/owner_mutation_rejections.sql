-- owner_mutation_rejections: changes of a route's owner that were tried and rejected. Unit: count. All decisions of the
-- cohort are looked at, whatever version they carry, and stand under next; one that says nothing of it is left out.
SELECT
    span,
    'next' AS arm,
    cluster,
    COUNT(owner_mutation) AS n,
    COUNT(*) - COUNT(owner_mutation) AS excluded,
    CASE WHEN COUNT(owner_mutation) > 0 THEN COUNT(CASE WHEN owner_mutation = 'rejected' THEN 1 END) END AS value,
    COUNT(CASE WHEN owner_mutation = 'rejected' THEN 1 END) AS k
FROM counted
GROUP BY span, cluster
