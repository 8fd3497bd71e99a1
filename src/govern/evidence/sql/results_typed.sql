-- results: the rows of `raw`, where every column is text, with the types that are counted.
-- NULL stands where the text is empty or says no value of the type; `raw` tells which. No side effect is empty or none.
SELECT
    row_no,
    decision_id,
    CASE WHEN LOWER(passed) IN ('1', '1.0', 'true') THEN 1
         WHEN LOWER(passed) IN ('0', '0.0', 'false') THEN 0 END AS passed,
    route_expected,
    route_seen,
    CASE WHEN LOWER(route_critical) IN ('1', '1.0', 'true') THEN 1
         WHEN LOWER(route_critical) IN ('0', '0.0', 'false') THEN 0 END AS route_critical,
    CASE WHEN owner_mutation IN ('none', 'authorized', 'unauthorized') THEN owner_mutation END AS owner_mutation,
    CASE WHEN regexp_full_match(side_effect_class, '[A-Za-z0-9][A-Za-z0-9_.:-]{0,62}')
              AND side_effect_class <> 'none' THEN side_effect_class END AS side_effect_class,
    CASE WHEN side_effect_severity IN ('high', 'medium', 'low') THEN side_effect_severity END AS side_effect_severity,
    pack,
    build
FROM raw
WHERE $keyed = FALSE OR cohort_key = $cohort
