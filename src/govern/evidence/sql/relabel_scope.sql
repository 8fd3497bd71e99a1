-- scope: the decisions of a surface that an incident may touch, from $since on; no row of its cohorts is left out.
--   affected    a table of the incident's cohorts: from when each was bound to the version, and from when again
--   on_version  the version decided; where none is stamped, its baseline's digest tells
--   ours        of a cohort of the incident; with $everyone of any, keyless ones too
-- Decisions without a cohort key are in the scope of every incident, so that they can be counted.
SELECT
    d.decision_id,
    d.decided_at,
    d.cohort_key,
    d.model_version_active,
    COALESCE(d.model_version_active = $version, d.baseline_digest = $digest, FALSE) AS on_version,
    $everyone OR a.cohort_key IS NOT NULL AS ours
FROM decisions d
LEFT JOIN affected a ON a.cohort_key = d.cohort_key
WHERE d.surface = $surface
    AND d.decided_at >= $since
    AND ($everyone OR a.cohort_key IS NOT NULL OR d.cohort_key IS NULL)
    AND (a.bound IS NULL OR d.decided_at >= a.bound)
    AND (a.again IS NULL OR d.decided_at < a.again)
