-- Counts of sampled decisions for each cohort and arm; a decision has one outcome.
--   arm                  prev: rightly on the rest of a split; next: all others, faults among them
--   calibration_missing  next decided, and its calibration packet is not stamped, or another one is
SELECT
    cohort_key AS cohort,
    CASE WHEN outcome = 'matched' AND (COALESCE(side, TRUE) = FALSE OR NOT as_to) THEN 'prev' ELSE 'next' END AS arm,
    COUNT(*) AS n,
    COUNT(CASE WHEN outcome = 'matched' AND calibration_missing IS NOT TRUE THEN 1 END) AS matched,
    COUNT(CASE WHEN outcome = 'late' THEN 1 END) AS late,
    COUNT(CASE WHEN outcome = 'mismatched' THEN 1 END) AS mismatched,
    COUNT(CASE WHEN outcome = 'missing_version' THEN 1 END) AS missing_version,
    COUNT(CASE WHEN outcome = 'matched' AND calibration_missing THEN 1 END) AS calibration_missing
FROM marked
GROUP BY 1, 2
ORDER BY 1, 2
