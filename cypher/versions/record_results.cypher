// name:    versions.record_results
// purpose: The result of every check, one node each.
// param:   results list of map {id, version, dataset, key, position, check, kind, passed, severity, failed_rows, message, sample, value, compared_with}
// returns: id string - one row each
// access:  write
UNWIND $results AS x
MATCH (v:DatasetVersion {id: x.version})
MERGE (c:CheckResult {id: x.id})
SET c.check = x.check, c.kind = x.kind, c.passed = x.passed, c.severity = x.severity, c.failed_rows = x.failed_rows,
  c.message = x.message, c.sample = x.sample, c.position = x.position, c.value = x.value,
  c.compared_with = x.compared_with, c.dataset = x.dataset, c.key = x.key, c.checked_at = datetime.realtime()
MERGE (v)-[:CHECKED_BY]->(c)
RETURN c.id AS id
