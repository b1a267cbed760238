// name:    orders.runs
// purpose: The newest runs of some job partitions, what they read and by which code. Those that were superseded do not count.
// param:   job_partitions list of string
// param:   most integer - for each
// returns: job_partition string, run string, state string, definition_hash string or null, parameters string or null, created_at datetime, reads list of string - the newest first within each
// access:  read
UNWIND $job_partitions AS id
MATCH (jp:JobPartition {id: id})
CALL (jp) {
  MATCH (jp)-[:HAS_RUN]->(r:Run)
  WHERE r.state <> 'SUPERSEDED'
  RETURN r ORDER BY r.created_at DESC, r.id DESC LIMIT $most
}
RETURN jp.id AS job_partition, r.id AS run, r.state AS state, r.definition_hash AS definition_hash, r.parameters AS parameters,
  r.created_at AS created_at, COLLECT { MATCH (v:DatasetVersion)-[:READ_BY]->(r) RETURN v.id } AS reads
