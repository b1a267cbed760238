// name:    versions.record_outputs
// purpose: The versions that runs wrote, before their fate is decided. Their order is the order of their runs.
// param:   outputs list of map {id, run, partition, dataset, key, format, location, report_key, reported_by} - sorted by partition
// returns: id string - one row each
// access:  write
UNWIND $outputs AS x
MATCH (r:Run {id: x.run})
MERGE (p:Partition {id: x.partition})
ON CREATE SET p.dataset = x.dataset, p.key = x.key
MERGE (v:DatasetVersion {id: x.id})
ON CREATE SET v.dataset = x.dataset, v.partition = x.partition, v.key = x.key, v.state = 'VALIDATING', v.reason = '',
  v.format = x.format, v.location = x.location, v.report_key = x.report_key, v.reported_by = x.reported_by,
  v.reported_at = datetime.realtime(), v.source_time = r.created_at
MERGE (p)-[:HAS_VERSION]->(v)
MERGE (r)-[:WROTE]->(v)
RETURN v.id AS id
