// name:    runs.end_attempts
// purpose: Ends attempts that did not succeed: their runs go back to READY, not before a moment, or end as FAILED.
// param:   attempts list of map {run, state, outcome, reason, exit_code, failed: 0 or 1, lost: 0 or 1, uncounted: 0 or 1, wait_ms}
// returns: id string, fence integer - one row each
// access:  write
// Whether somebody is told of runs (emitting.subscribe); then the word of this end goes into the outbox.
WITH COLLECT { MATCH (s:Outbox {id: 'subscription/openlineage'}) WHERE s.until > datetime.realtime() RETURN 1 } AS told
UNWIND $attempts AS x
MATCH (r:Run {id: x.run})
MATCH (a:Attempt {id: r.id + '/' + toString(r.fence)})
SET a.ended_at = datetime.realtime(), a.outcome = x.outcome, a.reason = x.reason, a.exit_code = x.exit_code, a.unswept = 1,
  r.state = x.state, r.reason = x.reason, r.failures = r.failures + x.failed, r.losses = r.losses + x.lost,
  r.attempts = r.attempts - x.uncounted
FOREACH (_ IN CASE WHEN x.state = 'READY' THEN [1] ELSE [] END |
  SET r.not_before = datetime.realtime() + duration({milliseconds: x.wait_ms}))
FOREACH (_ IN CASE WHEN x.state = 'READY' THEN [] ELSE [1] END |
  SET r.ended_at = datetime.realtime()
  REMOVE r.open)
REMOVE r.owner, r.taking, r.took
FOREACH (_ IN CASE WHEN r.kind = 'job' THEN told ELSE [] END |
  CREATE (:Outbox {id: 'openlineage/' + a.id + '/END', follows: 'openlineage/' + a.id + '/START', kind: 'openlineage', subject: r.id,
    fence: r.fence, event: 'END', open: 2, attempts: 0, created_at: datetime.realtime()}))
RETURN r.id AS id, r.fence AS fence
