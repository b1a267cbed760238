// name:    versions.report
// purpose: A version and its partition, once per id, however often it is reported.
// param:   partition string
// param:   dataset string
// param:   key string - partition key
// param:   version map {id, format, location, report_key, reported_by, source_time}
// param:   token string - fresh for each attempt
// returns: created boolean, state string - one row
// access:  write
MERGE (p:Partition {id: $partition})
ON CREATE SET p.dataset = $dataset, p.key = $key
MERGE (v:DatasetVersion {id: $version.id})
ON CREATE SET v.dataset = $dataset, v.partition = $partition, v.key = $key, v.state = 'REPORTED', v.reason = '',
  v.format = $version.format, v.location = $version.location, v.report_key = $version.report_key,
  v.reported_by = $version.reported_by, v.reported_at = datetime.realtime(),
  v.source_time = coalesce($version.source_time, datetime.realtime()), v.created_by = $token
MERGE (p)-[:HAS_VERSION]->(v)
RETURN v.created_by = $token AS created, v.state AS state
