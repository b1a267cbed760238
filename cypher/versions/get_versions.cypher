// name:    versions.get_versions
// purpose: Some versions with what their checks found.
// param:   ids list of string - version ids
// returns: id, namespace, name, key, state, format, location, reported_at, published_at, row_count, size_bytes, content_hash, reason, current boolean, runs list, results list - one row per version that exists
// access:  read
UNWIND $ids AS version_id
MATCH (v:DatasetVersion {id: version_id})
MATCH (d:Dataset {id: v.dataset})
RETURN v.id AS id, d.namespace AS namespace, d.name AS name, v.key AS key, v.state AS state, v.format AS format,
       v.location AS location, v.reported_at AS reported_at, v.published_at AS published_at, v.row_count AS row_count,
       v.size_bytes AS size_bytes, v.content_hash AS content_hash, v.reason AS reason,
       EXISTS { MATCH (:Partition)-[:CURRENT]->(v) } AS current,
       COLLECT { MATCH (r:Run)-[:WROTE]->(v) RETURN r.id } AS runs,
       COLLECT {
         MATCH (v)-[:CHECKED_BY]->(c:CheckResult)
         RETURN {check: c.check, kind: c.kind, passed: c.passed, severity: c.severity, failed_rows: c.failed_rows, message: c.message, sample: c.sample, position: c.position,
           value: c.value, compared_with: c.compared_with, source: c.source}
       } AS results
