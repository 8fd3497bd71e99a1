-- What the pairs of each cluster of a cohort come to: how often so many pairs have this sum. Unit: that of $measure.
-- A mean of means is made of it elsewhere; a measure that is no mean over pairs has no sum.
WITH clusters AS (
    SELECT
        cohort_key,
        cluster_id,
        COUNT(score_delta) AS pairs,
        SUM(CASE $measure
            WHEN 'mean_score_delta' THEN score_delta
            WHEN 'net_win_rate' THEN SIGN(score_delta)
            WHEN 'policy_flip_rate' THEN CASE WHEN policy_pass_prev > policy_pass_next THEN 1 ELSE 0 END
            WHEN 'rank_delta_magnitude' THEN ABS(rank_delta)
        END) AS total
    FROM pairs
    WHERE score_delta IS NOT NULL
    GROUP BY cohort_key, cluster_id
)
SELECT cohort_key, pairs, total, COUNT(*) AS times
FROM clusters
GROUP BY cohort_key, pairs, total
ORDER BY cohort_key, pairs, total
