// name:    runs.cancel
// purpose: Ends a run that waits or runs, and its attempt with it; its fence is dead from now on. Only after the lock.
// param:   run string
// param:   reason string
// returns: id string, was string - the state it was in, attempts list of string - the one under way, input_set - no row: it has ended already
// access:  write
// Whether somebody is told of runs (emitting.subscribe); then the word of this end goes into the outbox.
WITH COLLECT { MATCH (s:Outbox {id: 'subscription/openlineage'}) WHERE s.until > datetime.realtime() RETURN 1 } AS told
MATCH (r:Run {id: $run})
WHERE r.state IN ['READY', 'RUNNING']
OPTIONAL MATCH (a:Attempt {id: r.id + '/' + toString(r.fence)})
WITH r, a, told, r.state AS was, CASE WHEN a IS NULL THEN [] ELSE [a.id] END AS attempts
SET r.state = 'CANCELLED', r.reason = $reason, r.ended_at = datetime.realtime()
REMOVE r.open, r.owner, r.not_before, r.taking, r.took
FOREACH (x IN CASE WHEN was = 'RUNNING' AND a IS NOT NULL THEN [a] ELSE [] END |
  SET x.ended_at = datetime.realtime(), x.outcome = 'CANCELLED', x.reason = $reason, x.unswept = 1)
FOREACH (_ IN CASE WHEN was = 'RUNNING' AND a IS NOT NULL AND r.kind = 'job' THEN told ELSE [] END |
  CREATE (:Outbox {id: 'openlineage/' + a.id + '/END', follows: 'openlineage/' + a.id + '/START', kind: 'openlineage', subject: r.id,
    fence: r.fence, event: 'END', open: 2, attempts: 0, created_at: datetime.realtime()}))
RETURN r.id AS id, was, attempts, r.input_set AS input_set
