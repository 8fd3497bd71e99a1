-- pairs: what every measure reads, one row for one row of the file.
-- In an excluded row `excluded` says why and the measured columns are NULL, so that it counts nowhere else.
-- Scores are decimals of twelve places: sums are exact in whatever order the rows come.
-- $low and $high bound a legal score (unit: that of the score).
WITH judged AS (
    SELECT
        typed.*,
        CASE
            WHEN typed.option_id IS NULL OR typed.cohort_key IS NULL
                OR typed.decision_bound_model IS NULL
                OR (raw.score_prev IS NOT NULL AND typed.score_prev IS NULL)
                OR (raw.score_next IS NOT NULL AND typed.score_next IS NULL)
                OR (raw.rank_delta IS NOT NULL AND typed.rank_delta IS NULL)
                OR (raw.policy_pass_prev IS NOT NULL AND typed.policy_pass_prev IS NULL)
                OR (raw.policy_pass_next IS NOT NULL AND typed.policy_pass_next IS NULL)
                THEN 'unreadable'
            WHEN typed.cluster_id IS NULL THEN 'cluster_missing'
            WHEN typed.score_prev IS NULL OR typed.score_next IS NULL THEN 'score_missing'
            WHEN NOT (isfinite(typed.score_prev) AND isfinite(typed.score_next)) THEN 'score_not_finite'
            WHEN typed.score_prev NOT BETWEEN $low AND $high OR typed.score_next NOT BETWEEN $low AND $high
                THEN 'score_out_of_range'
            WHEN typed.policy_pass_prev IS NULL OR typed.policy_pass_next IS NULL THEN 'policy_pass_missing'
            WHEN typed.rank_delta IS NULL OR NOT isfinite(typed.rank_delta) THEN 'rank_delta_missing'
        END AS excluded
    FROM typed JOIN raw ON raw.row_no = typed.row_no
),
used AS (
    SELECT
        row_no,
        CAST(score_prev AS DECIMAL(30, 12)) AS score_prev,
        CAST(score_next AS DECIMAL(30, 12)) AS score_next,
        CAST(rank_delta AS DECIMAL(30, 12)) AS rank_delta,
        policy_pass_prev,
        policy_pass_next
    FROM judged
    WHERE excluded IS NULL
)
SELECT
    judged.row_no,
    judged.option_id,
    judged.cluster_id,
    judged.cohort_key,
    judged.decision_bound_model,
    judged.excluded,
    used.score_prev,
    used.score_next,
    used.score_next - used.score_prev AS score_delta,
    used.rank_delta,
    used.policy_pass_prev,
    used.policy_pass_next
FROM judged LEFT JOIN used ON used.row_no = judged.row_no
