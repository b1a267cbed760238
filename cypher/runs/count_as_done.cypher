// name:    runs.count_as_done
// purpose: Ends runs that are not executed, or were not to their end, as if they had succeeded. Only after the lock.
// param:   runs list of map {run, reason, from: list of states}
// returns: id string, job_partition string, was string - one row per run that ended; no row: it is in another state
// access:  write
UNWIND $runs AS x
MATCH (r:Run {id: x.run})
WHERE r.state IN x.from
WITH r, x, r.state AS was
SET r.state = 'SUCCEEDED', r.pretended = true, r.reason = x.reason, r.ended_at = datetime.realtime()
REMOVE r.open, r.not_before
RETURN r.id AS id, r.job_partition AS job_partition, was
