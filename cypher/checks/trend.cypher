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
// Others may have told it by another name of the dataset.
MATCH (d:Dataset {id: x.dataset})
WITH x, last_id, last_time, [d.id] + COLLECT { MATCH (m:Dataset {entity: d.entity}) WHERE m.id <> d.id RETURN m.id } AS members
CALL (x, last_id, last_time, members) {
  UNWIND members AS member
  MATCH (c:CheckResult {dataset: member, check: x.check})
  WHERE c.checked_at <= last_time AND (last_id IS NULL OR c.checked_at < last_time OR c.id < last_id)
  RETURN c AS result
  ORDER BY result.checked_at DESC, result.id DESC
  LIMIT $limit
}
OPTIONAL MATCH (own:DatasetVersion)-[:CHECKED_BY]->(result)
// What others found while they ran is about the one version that they wrote, or the one of the partition they read.
OPTIONAL MATCH (r:ObservedRun {id: result.observed_run})
WITH x, result, own,
  COLLECT { MATCH (r)-[:WROTE]->(v:DatasetVersion {dataset: x.dataset}) RETURN v LIMIT 2 } AS wrote,
  COUNT { MATCH (:Partition {dataset: x.dataset})-[:READ_BY]->(r) } AS partitions,
  COLLECT {
    MATCH (p:Partition {dataset: x.dataset})-[:READ_BY]->(r)
    MATCH (p)-[:HAS_VERSION]->(v:DatasetVersion)
    WHERE v.source_time <= coalesce(r.started_at, r.first)
      AND v.state IN ['PUBLISHED', 'SUPERSEDED', 'EXPIRED', 'RETIRED']
    RETURN v ORDER BY v.source_time DESC, v.id DESC LIMIT 1
  } AS read
WITH x, result, CASE WHEN own IS NOT NULL THEN own WHEN size(wrote) = 1 THEN wrote[0]
  WHEN size(wrote) = 0 AND partitions = 1 THEN head(read) END AS v
RETURN x.dataset AS dataset, result.check AS check, result.id AS id, v.id AS version, coalesce(v.key, result.key) AS key,
  v.state AS state, result.kind AS kind, result.passed AS passed, result.severity AS severity,
  result.failed_rows AS failed_rows, result.message AS message, result.sample AS sample, result.value AS value,
  result.compared_with AS compared_with, result.source AS source, result.checked_at AS checked_at
