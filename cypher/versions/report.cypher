// name:    versions.report
// purpose: Versions and their partitions, each once per id, however often it is reported.
// param:   versions list of map {id, partition, dataset, key, format, location, metrics: JSON or null, report_key, reported_by, source_time} - each id once, sorted by partition
// param:   token string - fresh for each attempt
// returns: id string, created boolean, state string - one row each
// access:  write
UNWIND $versions AS x
MERGE (p:Partition {id: x.partition})
ON CREATE SET p.dataset = x.dataset, p.key = x.key
MERGE (v:DatasetVersion {id: x.id})
ON CREATE SET v.dataset = x.dataset, v.partition = x.partition, v.key = x.key, v.state = 'REPORTED', v.reason = '',
  v.format = x.format, v.location = x.location, v.metrics = x.metrics, v.report_key = x.report_key, v.reported_by = x.reported_by,
  v.reported_at = datetime.realtime(), v.source_time = coalesce(x.source_time, datetime.realtime()), v.created_by = $token
MERGE (p)-[:HAS_VERSION]->(v)
RETURN v.id AS id, v.created_by = $token AS created, v.state AS state
