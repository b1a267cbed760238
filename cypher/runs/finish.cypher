// name:    runs.finish
// purpose: Ends those of these runs that are still held under their fence. Only after the lock.
// param:   ends list of map {run, fence, state: SUCCEEDED or FAILED, reason, metrics: JSON}
// returns: id string - one row per run that ended; no row: an older owner, or ended already; then nothing may be published
// access:  write
UNWIND $ends AS x
MATCH (r:Run {id: x.run})
WHERE r.state = 'RUNNING' AND r.fence = x.fence
SET r.state = x.state, r.reason = x.reason, r.metrics = x.metrics, r.ended_at = datetime.realtime()
REMOVE r.open
WITH r, x
MATCH (a:Attempt {id: r.id + '/' + toString(x.fence)})
SET a.ended_at = datetime.realtime(), a.outcome = x.state, a.reason = x.reason
RETURN r.id AS id
