// name:    versions.record_output
// purpose: The versions that a run wrote, before their fate is decided. Their order is the order of their runs.
// param:   run string
// param:   outputs list of map {id, partition, dataset, key, format, location, report_key, reported_by}
// returns: id string - one row each
// access:  write
UNWIND $outputs AS x
MATCH (r:Run {id: $run})
MERGE (p:Partition {id: x.partition})
ON CREATE SET p.dataset = x.dataset, p.key = x.key
MERGE (v:DatasetVersion {id: x.id})
ON CREATE SET v.dataset = x.dataset, v.partition = x.partition, v.key = x.key, v.state = 'VALIDATING', v.reason = '',
  v.format = x.format, v.location = x.location, v.report_key = x.report_key, v.reported_by = x.reported_by,
  v.reported_at = datetime.realtime(), v.source_time = r.created_at
MERGE (p)-[:HAS_VERSION]->(v)
MERGE (r)-[:WROTE]->(v)
RETURN v.id AS id
