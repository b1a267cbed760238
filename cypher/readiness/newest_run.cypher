// name:    readiness.newest_run
// purpose: The newest run of a job partition.
// param:   job_partition string
// returns: id string - no row: there was none
// access:  read
MATCH (jp:JobPartition {id: $job_partition})
MATCH (jp)-[:HAS_RUN]->(r:Run)
RETURN r.id AS id ORDER BY r.created_at DESC, r.id DESC LIMIT 1
