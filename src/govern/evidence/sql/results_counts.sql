-- What the replayed decisions of a cohort add up to. A mismatch is a route that is not the expected one; it is critical
-- where the row says that its route is.
SELECT
    COUNT(*) AS n,
    COUNT(CASE WHEN passed = 1 THEN 1 END) AS passed,
    COUNT(CASE WHEN route_expected <> route_seen AND route_critical = 1 THEN 1 END) AS critical,
    COUNT(CASE WHEN route_expected <> route_seen AND route_critical = 0 THEN 1 END) AS other,
    COUNT(CASE WHEN owner_mutation = 'unauthorized' THEN 1 END) AS unauthorized,
    COUNT(CASE WHEN owner_mutation = 'authorized' THEN 1 END) AS authorized
FROM results
