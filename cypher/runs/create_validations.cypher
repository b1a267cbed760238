// name:    runs.create_validations
// purpose: The runs that validate reported versions, one each.
// param:   runs list of map {id, job_partition, dataset, key, version, priority} - job_partition: the version's own, already locked
// returns: id string - one row each
// access:  write
UNWIND $runs AS x
MATCH (jp:JobPartition {id: x.job_partition})
MATCH (v:DatasetVersion {id: x.version})
SET v.state = 'VALIDATING'
MERGE (r:Run {id: x.id})
ON CREATE SET r.kind = 'validation', r.job = x.dataset, r.job_partition = x.job_partition, r.key = x.key, r.state = 'READY',
  r.open = 1, r.priority = x.priority, r.fence = 0, r.attempts = 0, r.failures = 0, r.losses = 0, r.reason = '', r.metrics = '{}',
  r.input_set = x.version, r.definition_hash = '', r.created_at = datetime.realtime()
MERGE (jp)-[:HAS_RUN]->(r)
MERGE (v)-[:READ_BY]->(r)
RETURN r.id AS id
