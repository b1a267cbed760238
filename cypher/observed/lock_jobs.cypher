// name:    observed.lock_jobs
// purpose: Locks jobs.
// param:   jobs list of string - ids, sorted
// param:   token string - fresh for each attempt
// returns: id string - one row each
// access:  write
UNWIND $jobs AS id
MATCH (j:Job {id: id})
SET j._lock = $token
RETURN j.id AS id
