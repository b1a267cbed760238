// name:    runs.create_validation
// purpose: The run that validates one reported version.
// param:   run string - id
// param:   job_partition string - the version's own, already locked
// param:   dataset string
// param:   key string
// param:   version string
// param:   priority integer
// returns: id string - one row
// access:  write
MATCH (jp:JobPartition {id: $job_partition})
MATCH (v:DatasetVersion {id: $version})
SET v.state = 'VALIDATING'
MERGE (r:Run {id: $run})
ON CREATE SET r.kind = 'validation', r.job = $dataset, r.job_partition = $job_partition, r.key = $key, r.state = 'READY',
  r.open = 1, r.priority = $priority, r.fence = 0, r.attempts = 0, r.failures = 0, r.reason = '', r.metrics = '{}',
  r.input_set = $version, r.definition_hash = '', r.created_at = datetime.realtime()
MERGE (jp)-[:HAS_RUN]->(r)
MERGE (v)-[:READ_BY]->(r)
RETURN r.id AS id
