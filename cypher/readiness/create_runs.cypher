// name:    readiness.create_runs
// purpose: A run for each job partition that is ready, unless this set of inputs had one already.
// param:   runs list of map {id, job_partition, job, key, input_set, definition_hash, priority, inputs: list of version ids}
// param:   token string - fresh for each attempt
// returns: id string, job_partition string - one row per run created now
// access:  write
UNWIND $runs AS x
MATCH (jp:JobPartition {id: x.job_partition})
WHERE NOT EXISTS { MATCH (jp)-[:HAS_RUN]->(:Run {input_set: x.input_set}) }
MERGE (r:Run {id: x.id})
ON CREATE SET r.kind = 'job', r.job = x.job, r.job_partition = x.job_partition, r.key = x.key, r.state = 'READY', r.open = 1,
  r.priority = x.priority, r.fence = 0, r.attempts = 0, r.failures = 0, r.reason = '', r.metrics = '{}',
  r.input_set = x.input_set, r.definition_hash = x.definition_hash, r.created_at = datetime.realtime(), r.created_by = $token
WITH jp, r, x WHERE r.created_by = $token
MERGE (jp)-[:HAS_RUN]->(r)
WITH r, x
CALL (r, x) {
  UNWIND x.inputs AS id
  MATCH (v:DatasetVersion {id: id})
  MERGE (v)-[:READ_BY]->(r)
  RETURN count(*) AS read
}
RETURN r.id AS id, r.job_partition AS job_partition
