// name:    readiness.look_no_more
// purpose: Only news can change whether these job partitions are ready. Only after the lock.
// param:   job_partitions list of string
// returns: id string - one row each
// access:  write
UNWIND $job_partitions AS id
MATCH (jp:JobPartition {id: id})
REMOVE jp.look_again_at
RETURN jp.id AS id
