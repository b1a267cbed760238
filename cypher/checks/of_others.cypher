// name:    checks.of_others
// purpose: What one source told about a version so far. Only after the lock of its partition.
// param:   version string - id
// param:   source string
// returns: id, digest, checked_at - one row per result
// access:  read
MATCH (:DatasetVersion {id: $version})-[:CHECKED_BY]->(c:CheckResult)
WHERE c.source = $source
RETURN c.id AS id, c.digest AS digest, c.checked_at AS checked_at
