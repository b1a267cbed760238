// name:    runs.still_orphaned
// purpose: The same look again under the lock, with what decides the fate of each.
// param:   runs list of string
// returns: id, input_set, job, kind, key, losses, owner - one row per run still without a living owner
// access:  read
UNWIND $runs AS id
MATCH (r:Run {id: id})
WHERE r.state = 'RUNNING'
  AND NOT EXISTS { MATCH (w:Worker {id: r.owner}) WHERE w.lease_until > datetime.realtime() }
RETURN r.id AS id, r.input_set AS input_set, r.job AS job, r.kind AS kind, r.key AS key, r.losses AS losses, r.owner AS owner
