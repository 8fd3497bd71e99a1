-- typed: the rows of `raw`, where every column is text, with the types the measures need.
-- NULL stands where the text is empty or does not say a value of the type; `raw` tells which.
-- A cohort key is 1 to 128 printable ASCII characters without space, quote or comma.
SELECT
    row_no,
    option_id,
    cluster_id,
    CASE WHEN regexp_full_match(cohort_key, '[!#-&(-+\--~]{1,128}') THEN cohort_key END AS cohort_key,
    model_version_prev,
    model_version_next,
    TRY_CAST(score_prev AS DOUBLE) AS score_prev,
    TRY_CAST(score_next AS DOUBLE) AS score_next,
    -- beyond 10^12 a rank fits no decimal; what is not finite is left for the next step to name
    CASE WHEN NOT isfinite(TRY_CAST(rank_delta AS DOUBLE)) OR ABS(TRY_CAST(rank_delta AS DOUBLE)) <= 1e12
         THEN TRY_CAST(rank_delta AS DOUBLE) END AS rank_delta,
    CASE WHEN LOWER(policy_pass_prev) IN ('1', '1.0', 'true') THEN 1
         WHEN LOWER(policy_pass_prev) IN ('0', '0.0', 'false') THEN 0 END AS policy_pass_prev,
    CASE WHEN LOWER(policy_pass_next) IN ('1', '1.0', 'true') THEN 1
         WHEN LOWER(policy_pass_next) IN ('0', '0.0', 'false') THEN 0 END AS policy_pass_next,
    CASE WHEN decision_bound_model IN ('prev', 'next') THEN decision_bound_model END AS decision_bound_model
FROM raw
