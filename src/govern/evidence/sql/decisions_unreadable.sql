-- For each column that a measure reads: in how many decisions it holds what cannot be counted.
-- A text that is no number or no time, NaN and infinity are not finite; a latency lies at 0 or above.
-- $low and $high bound a legal score (unit: that of the score); nobody is released before being held.
-- A decision is counted with its own cohort, never a second time where cohorts are asked for together.
SELECT
    COUNT(CASE WHEN NOT ISFINITE(latency_ms) OR latency_ms < 0 THEN 1 END) AS latency_ms,
    COUNT(CASE WHEN NOT ISFINITE(score) OR score NOT BETWEEN $low AND $high THEN 1 END) AS score,
    COUNT(CASE WHEN NOT ISFINITE(held_s) THEN 1 END) AS held_at,
    COUNT(CASE WHEN reopened IS NULL THEN 1 END) AS reopened_at,
    COUNT(CASE WHEN route NOT IN ('fallback', 'primary') THEN 1 END) AS route,
    COUNT(CASE WHEN owner_mutation NOT IN ('none', 'authorized', 'unauthorized', 'rejected') THEN 1 END)
        AS owner_mutation,
    COUNT(CASE WHEN first_interaction NOT IN ('ok', 'regressed') THEN 1 END) AS first_interaction
FROM scoped
WHERE span <= $own
