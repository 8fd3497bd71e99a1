-- The figures that every other one about the pairs of a cohort can be made of; counts are of pairs.
-- Sums have the unit of the score. A rank inversion is an option that more options are ahead of than before.
-- The bound sides are counted over all rows, excluded ones too: in shadow nothing may be bound to next.
SELECT
    cohort_key,
    COUNT(score_delta) AS n,
    COUNT(excluded) AS excluded,
    COALESCE(SUM(score_prev), 0) AS sum_prev,
    COALESCE(SUM(score_next), 0) AS sum_next,
    COUNT(CASE WHEN score_delta < 0 THEN 1 END) AS worse,
    COUNT(CASE WHEN score_delta = 0 THEN 1 END) AS same,
    COUNT(CASE WHEN score_delta > 0 THEN 1 END) AS better,
    COUNT(CASE WHEN policy_pass_prev = 1 AND policy_pass_next = 0 THEN 1 END) AS pass_to_fail,
    COUNT(CASE WHEN policy_pass_prev = 0 AND policy_pass_next = 1 THEN 1 END) AS fail_to_pass,
    COUNT(CASE WHEN policy_pass_prev = 1 AND policy_pass_next = 1 THEN 1 END) AS pass_to_pass,
    COUNT(CASE WHEN policy_pass_prev = 0 AND policy_pass_next = 0 THEN 1 END) AS fail_to_fail,
    COUNT(CASE WHEN rank_delta > 0 THEN 1 END) AS rank_inversions,
    COUNT(CASE WHEN decision_bound_model = 'prev' THEN 1 END) AS bound_prev,
    COUNT(CASE WHEN decision_bound_model = 'next' THEN 1 END) AS bound_next
FROM pairs
GROUP BY cohort_key
ORDER BY cohort_key
