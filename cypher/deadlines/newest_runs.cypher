// name:    deadlines.newest_runs
// purpose: The newest run of some job partitions, with when it became ready and was claimed first.
// param:   job_partitions list of string - ids
// returns: id string - of the job partition, state string, reason string, ready datetime, began datetime or null, not_before datetime or null - its next try, now datetime - no row: it had none
// access:  read
UNWIND $job_partitions AS job_partition_id
CALL (job_partition_id) {
  MATCH (:JobPartition {id: job_partition_id})-[:HAS_RUN]->(r:Run)
  RETURN r ORDER BY coalesce(r.open, 0) DESC, r.created_at DESC LIMIT 1
}
RETURN job_partition_id AS id, r.state AS state, r.reason AS reason, r.created_at AS ready,
  COLLECT { MATCH (r)-[:HAS_ATTEMPT]->(a:Attempt) RETURN a.started_at ORDER BY a.started_at LIMIT 1 }[0] AS began,
  r.not_before AS not_before, datetime.realtime() AS now
