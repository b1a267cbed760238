// name:    policies.lock
// purpose: First statement of a claim of runs that take from pools: locks their job partitions, then the pools.
// param:   job_partitions list of string - sorted
// param:   pools list of string - sorted
// param:   token string - fresh for each attempt
// returns: id string - one row per pool that is there
// access:  write
UNWIND $job_partitions AS id
MATCH (jp:JobPartition {id: id})
SET jp._lock = $token
WITH count(*) AS locked
UNWIND $pools AS id
MATCH (p:Pool {id: id})
SET p._lock = $token
RETURN p.id AS id
