// name:    observed.see_results
// purpose: What others found in datasets while they ran; of two words of one run about one check, the later stands.
// param:   results list of map {id, dataset, by, stamp, at, check, kind, passed, stops, message, value} - by: id of the observed run or of the observation; stops: it would stop its own tool
// param:   source string
// returns: id string, begins_to_fail boolean - one row per result that is news; begins_to_fail: it did not before, and it is no old story
// access:  write
UNWIND $results AS x
MATCH (d:Dataset {id: x.dataset})
MERGE (c:CheckResult {id: x.id})
WITH x, d, c, coalesce(c.passed, true) AS passed
WHERE c.stamp IS NULL OR c.stamp < x.stamp
SET c.check = x.check, c.kind = x.kind, c.passed = x.passed, c.severity = 'warning', c.failed_rows = 0,
  c.message = x.message, c.sample = '[]', c.value = x.value, c.compared_with = [], c.dataset = x.dataset, c.key = '',
  c.source = $source, c.stamp = x.stamp, c.observed_run = x.by, c.checked_at = x.at
MERGE (d)-[:CHECKED_BY]->(c)
RETURN x.id AS id, passed AND NOT x.passed AND x.at > datetime.realtime() - duration('P1D') AS begins_to_fail
