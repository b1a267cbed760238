// name:    runs.succeeded_among
// purpose: The newest successful run of each of these job partitions: what all who wait for one ask together.
// param:   job_partitions list of string - ids
// returns: job_partition string, run string, ended_at datetime or null - one row each, of those that have one
// access:  read
UNWIND $job_partitions AS id
MATCH (jp:JobPartition {id: id})
CALL (jp) {
  MATCH (jp)-[:HAS_RUN]->(r:Run)
  WHERE r.state = 'SUCCEEDED'
  RETURN r ORDER BY r.ended_at DESC, r.id DESC LIMIT 1
}
RETURN jp.id AS job_partition, r.id AS run, r.ended_at AS ended_at
