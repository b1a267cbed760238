// name:    policies.room
// purpose: What pools have, and who holds it. Only after the lock: nobody else claims from them until this transaction ends.
// param:   pools list of string
// returns: id string, slots integer, lately list of string - the runs that were claimed last, each as RUN/FENCE, holders list of map {run, fence, took} - one row per pool that gives slots
// access:  read
WITH COLLECT {
  MATCH (r:Run) WHERE r.taking = 1 AND r.state = 'RUNNING'
  RETURN {run: r.id, fence: r.fence, took: r.took}
} AS holders
UNWIND $pools AS id
MATCH (p:Pool {id: id})
WHERE p.retired_at IS NULL
RETURN p.id AS id, CASE WHEN p.lowered < p.slots THEN p.lowered ELSE p.slots END AS slots, coalesce(p.lately, []) AS lately, holders
