// name:    runs.still_orphaned
// purpose: The same look again under the lock, with what decides the fate of each.
// param:   runs list of string
// returns: id, input_set, job, kind, key, attempts, retries, owner - one row per run still without a living owner
// access:  read
UNWIND $runs AS id
MATCH (r:Run {id: id})
WHERE r.state = 'RUNNING'
  AND NOT EXISTS { MATCH (w:Worker {id: r.owner}) WHERE w.lease_until > datetime.realtime() }
OPTIONAL MATCH (j:Job {id: r.job})
RETURN r.id AS id, r.input_set AS input_set, r.job AS job, r.kind AS kind, r.key AS key, r.attempts AS attempts, coalesce(j.retries, 0) AS retries,
  r.owner AS owner
