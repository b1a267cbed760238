// The trend of a check starts from its dataset and name.
CREATE INDEX check_result_dataset IF NOT EXISTS FOR (n:CheckResult) ON (n.dataset, n.check);
// Results from before that know their version only.
MATCH (v:DatasetVersion)-[:CHECKED_BY]->(c:CheckResult) WHERE c.dataset IS NULL CALL (v, c) { SET c.dataset = v.dataset, c.key = v.key, c.checked_at = coalesce(v.published_at, v.reported_at) } IN TRANSACTIONS OF 5000 ROWS;
