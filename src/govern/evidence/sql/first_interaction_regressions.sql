-- first_interaction_regressions: first interactions that regressed. Unit: count. Only first interactions count, whatever
-- version they carry; they stand under next. In a lane the windows begin with the first stable interaction at the
-- earliest, so that what is counted is recurrence.
SELECT
    span,
    'next' AS arm,
    cluster,
    COUNT(first_interaction) AS n,
    0 AS excluded,
    CASE WHEN COUNT(first_interaction) > 0 THEN COUNT(CASE WHEN first_interaction = 'regressed' THEN 1 END) END AS value,
    COUNT(CASE WHEN first_interaction = 'regressed' THEN 1 END) AS k
FROM counted
GROUP BY span, cluster
