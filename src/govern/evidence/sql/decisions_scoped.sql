-- scoped: of every decision within a window what the measures count of it.
--   arm          whose version it carries: next, prev, or NULL, that of another or none
--   faulty       its stamp is not what was bound; NULL where nobody asked
--   held_s       seconds it had been on hold when the window ended, or when it was released before that; NaN where
--                it was released before it was held; NULL where it was not held
--   reopened     it was opened again before the window ended; NULL where nobody can read when
SELECT
    d.span,
    CASE WHEN d.model_version_active = $next THEN 'next' WHEN d.model_version_active = $prev THEN 'prev' END AS arm,
    d.cluster_id,
    d.model_version_active IS NULL AS no_version,
    d.policy_pass,
    d.error_class,
    d.latency_ms,
    d.score,
    d.route,
    d.owner_mutation,
    d.first_interaction,
    CASE WHEN d.side_effect_class <> 'none' THEN d.side_effect_class END AS side_effect_class,
    d.faulty,
    CASE
        WHEN d.released_at < d.held_at OR NOT ISFINITE(d.held_at) OR NOT ISFINITE(d.released_at)
            THEN CAST('NaN' AS DOUBLE)
        WHEN EXTRACT(EPOCH FROM d.held_at) < d.ends
            THEN LEAST(COALESCE(EXTRACT(EPOCH FROM d.released_at), d.ends), d.ends) - EXTRACT(EPOCH FROM d.held_at)
    END AS held_s,
    CASE
        WHEN d.reopened_at IS NULL THEN FALSE
        WHEN ISFINITE(d.reopened_at) THEN EXTRACT(EPOCH FROM d.reopened_at) < d.ends
    END AS reopened
FROM placed d
