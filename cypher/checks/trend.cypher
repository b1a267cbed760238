// name:    checks.trend
// purpose: What each of some checks of a dataset found over time, newest first: one page per check.
// param:   checks list of map {dataset, check} - dataset: id, check: name
// param:   after string - id of the last result of the page before; null: the first page
// param:   limit integer - how many for each check
// returns: dataset, check, id, version, key, state, kind, passed, severity, failed_rows, message, sample, value, compared_with, source, checked_at - in order within a check; version and state are null where others found it in no version that is known here
// access:  read
OPTIONAL MATCH (last:CheckResult {id: $after})
WITH last.id AS last_id, coalesce(last.checked_at, datetime('9999-12-31T00:00:00Z')) AS last_time
UNWIND $checks AS x
CALL (x, last_id, last_time) {
  MATCH (c:CheckResult {dataset: x.dataset, check: x.check})
  WHERE c.checked_at <= last_time AND (last_id IS NULL OR c.checked_at < last_time OR c.id < last_id)
  RETURN c AS result
  ORDER BY result.checked_at DESC, result.id DESC
  LIMIT $limit
}
OPTIONAL MATCH (v:DatasetVersion)-[:CHECKED_BY]->(result)
RETURN result.dataset AS dataset, result.check AS check, result.id AS id, v.id AS version, result.key AS key, v.state AS state,
  result.kind AS kind, result.passed AS passed, result.severity AS severity, result.failed_rows AS failed_rows,
  result.message AS message, result.sample AS sample, result.value AS value, result.compared_with AS compared_with,
  result.source AS source, result.checked_at AS checked_at
