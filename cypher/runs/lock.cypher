// name:    runs.lock
// purpose: First statement of whatever changes runs: locks their job partitions.
// param:   job_partitions list of string - sorted
// param:   token string - fresh for each attempt
// returns: id string - one row each
// access:  write
UNWIND $job_partitions AS id
MATCH (jp:JobPartition {id: id})
SET jp._lock = $token
RETURN jp.id AS id
