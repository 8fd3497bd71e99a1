-- median_abs_score_delta_top_decile: among the tenth of the pairs that prev scored highest in the cohort,
-- the median size of the score difference. Unit: that of the score.
-- The tenth is rounded up, and all that tie with its last one belong to it: no row is taken by chance.
WITH ranked AS (
    SELECT
        cohort_key,
        excluded,
        score_delta,
        CASE
            WHEN score_delta IS NOT NULL
                AND 10 * (RANK() OVER (PARTITION BY cohort_key ORDER BY score_prev DESC NULLS LAST) - 1)
                    < COUNT(score_delta) OVER (PARTITION BY cohort_key)
            THEN ABS(score_delta)
        END AS top_abs_delta
    FROM pairs
),
placed AS (
    SELECT
        ranked.*,
        ROW_NUMBER() OVER (PARTITION BY cohort_key ORDER BY top_abs_delta NULLS LAST) AS place,
        COUNT(top_abs_delta) OVER (PARTITION BY cohort_key) AS top
    FROM ranked
)
SELECT
    cohort_key,
    COUNT(score_delta) AS n,
    COUNT(excluded) AS excluded,
    CAST(SUM(CASE WHEN 2 * place BETWEEN top AND top + 2 THEN top_abs_delta END) AS DOUBLE)
        / NULLIF(COUNT(CASE WHEN 2 * place BETWEEN top AND top + 2 THEN top_abs_delta END), 0) AS value,
    COUNT(top_abs_delta) AS k
FROM placed
GROUP BY cohort_key
ORDER BY cohort_key
