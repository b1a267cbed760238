// name:    readiness.look_again
// purpose: Remembers when time alone may change whether job partitions are ready: then the steward looks again. Only after the lock.
// param:   looks list of map {job_partition, at: datetime}
// returns: id string - one row each
// access:  write
UNWIND $looks AS x
MATCH (jp:JobPartition {id: x.job_partition})
SET jp.look_again_at = x.at
RETURN jp.id AS id
