// name:    deadlines.newest_runs
// purpose: The newest run of some job partitions, with how long ago it became ready and was claimed first, by the graph's clock.
// param:   job_partitions list of string - ids
// returns: id string - of the job partition, state string, reason string, ready_ms integer, began_ms integer or null, wait_ms integer or null - until its next try - no row: it had none
// access:  read
UNWIND $job_partitions AS job_partition_id
CALL (job_partition_id) {
  MATCH (:JobPartition {id: job_partition_id})-[:HAS_RUN]->(r:Run)
  RETURN r ORDER BY coalesce(r.open, 0) DESC, r.created_at DESC LIMIT 1
}
RETURN job_partition_id AS id, r.state AS state, r.reason AS reason,
  datetime.realtime().epochMillis - r.created_at.epochMillis AS ready_ms,
  COLLECT { MATCH (r)-[:HAS_ATTEMPT]->(a:Attempt)
    RETURN datetime.realtime().epochMillis - a.started_at.epochMillis ORDER BY a.started_at LIMIT 1 }[0] AS began_ms,
  r.not_before.epochMillis - datetime.realtime().epochMillis AS wait_ms
