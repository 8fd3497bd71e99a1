-- policy_dislocation_rate: the share of decisions that break the policy: they did not pass it, or their class of
-- error is policy_dislocation. A decision that says neither is left out.
SELECT
    span,
    arm,
    cluster,
    COUNT(broken) AS n,
    COUNT(*) - COUNT(broken) AS excluded,
    CAST(SUM(broken) AS DOUBLE) / NULLIF(COUNT(broken), 0) AS value,
    COALESCE(SUM(broken), 0) AS k
FROM (
    SELECT
        counted.*,
        CASE
            WHEN policy_pass = 0 OR error_class = 'policy_dislocation' THEN 1
            WHEN policy_pass = 1 THEN 0
        END AS broken
    FROM counted
) AS said
WHERE arm IS NOT NULL
GROUP BY span, arm, cluster
