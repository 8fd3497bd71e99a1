-- Every policy flip, both ways, and the $losses largest losses of each cohort.
-- Of equal losses a flip comes first, then the smaller option_id. Unit of delta: that of the score.
WITH ordered AS (
    SELECT
        row_no,
        cohort_key,
        option_id,
        cluster_id,
        score_delta,
        CASE WHEN policy_pass_prev = 1 AND policy_pass_next = 0 THEN 'pass_to_fail'
             WHEN policy_pass_prev = 0 AND policy_pass_next = 1 THEN 'fail_to_pass' END AS flip,
        ROW_NUMBER() OVER (
            PARTITION BY cohort_key
            ORDER BY
                score_delta,
                CASE WHEN policy_pass_prev <> policy_pass_next THEN 0 ELSE 1 END,
                option_id,
                row_no
        ) AS place
    FROM pairs
    WHERE score_delta IS NOT NULL
)
SELECT row_no, cohort_key, option_id, cluster_id, score_delta, flip, score_delta < 0 AND place <= $losses AS loss
FROM ordered
WHERE flip IS NOT NULL OR (score_delta < 0 AND place <= $losses)
ORDER BY cohort_key, score_delta, option_id, row_no
