-- stamp_mismatch_rate: the share of decisions whose stamp is not what was bound for their cohort at that moment:
-- another version or digest, none, or next without its calibration. A late stamp, within the lag after a move, is none.
-- Whose arm a wrong stamp belongs to nobody can say: all decisions of the cohort stand under next.
SELECT
    span,
    'next' AS arm,
    cluster,
    COUNT(*) AS n,
    0 AS excluded,
    CAST(COUNT(CASE WHEN faulty THEN 1 END) AS DOUBLE) / COUNT(*) AS value,
    COUNT(CASE WHEN faulty THEN 1 END) AS k
FROM counted
GROUP BY span, cluster
