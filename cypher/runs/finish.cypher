// name:    runs.finish
// purpose: Ends those of these runs that are still held under their fence. Only after the lock.
// param:   ends list of map {run, fence, state: SUCCEEDED or FAILED, reason, metrics: JSON}
// returns: id string - one row per run that ended; no row: an older owner, or ended already; then nothing may be published
// access:  write
// Whether somebody is told of runs (emitting.subscribe); then the word of this end goes into the outbox.
WITH COLLECT { MATCH (s:Outbox {id: 'subscription/openlineage'}) WHERE s.until > datetime.realtime() RETURN 1 } AS told
UNWIND $ends AS x
MATCH (r:Run {id: x.run})
WHERE r.state = 'RUNNING' AND r.fence = x.fence
SET r.state = x.state, r.reason = x.reason, r.metrics = x.metrics, r.ended_at = datetime.realtime()
REMOVE r.open, r.taking, r.took
WITH r, x, told
MATCH (a:Attempt {id: r.id + '/' + toString(x.fence)})
SET a.ended_at = datetime.realtime(), a.outcome = x.state, a.reason = x.reason
FOREACH (_ IN CASE WHEN r.kind = 'job' THEN told ELSE [] END |
  CREATE (:Outbox {id: 'openlineage/' + a.id + '/END', follows: 'openlineage/' + a.id + '/START', kind: 'openlineage', subject: r.id,
    fence: r.fence, event: 'END', open: 2, attempts: 0, created_at: datetime.realtime()}))
RETURN r.id AS id
