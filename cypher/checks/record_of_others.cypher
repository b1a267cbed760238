// name:    checks.record_of_others
// purpose: What others found in a version; the newest of a source and check stands.
// param:   results list of map {id, version, dataset, key, position, source, digest, made_at, check, kind, passed, severity, failed_rows, message, value}
// returns: id string - one row each
// access:  write
UNWIND $results AS x
MATCH (v:DatasetVersion {id: x.version})
MERGE (c:CheckResult {id: x.id})
SET c.check = x.check, c.kind = x.kind, c.passed = x.passed, c.severity = x.severity, c.failed_rows = x.failed_rows,
  c.message = x.message, c.sample = '[]', c.position = x.position, c.value = x.value, c.compared_with = [],
  c.dataset = x.dataset, c.key = x.key, c.source = x.source, c.digest = x.digest,
  c.checked_at = coalesce(x.made_at, datetime.realtime())
MERGE (v)-[:CHECKED_BY]->(c)
RETURN c.id AS id
