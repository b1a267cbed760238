// name:    verify.state_job_partitions
// purpose: For the hash of the state: how the newest run of each job partition stands.
// returns: job_partition string, state string - one row each, unordered
// access:  read
MATCH (jp:JobPartition)
CALL (jp) {
  MATCH (jp)-[:HAS_RUN]->(r:Run)
  RETURN r.state AS state ORDER BY r.created_at DESC, r.id DESC LIMIT 1
}
RETURN jp.id AS job_partition, state
