// name:    runs.cancel
// purpose: Ends a run that waits or runs, and its attempt with it; its fence is dead from now on. Only after the lock.
// param:   run string
// param:   reason string
// returns: id string, was string - the state it was in, attempts list of string - the one under way, input_set - no row: it has ended already
// access:  write
MATCH (r:Run {id: $run})
WHERE r.state IN ['READY', 'RUNNING']
OPTIONAL MATCH (a:Attempt {id: r.id + '/' + toString(r.fence)})
WITH r, a, r.state AS was, CASE WHEN a IS NULL THEN [] ELSE [a.id] END AS attempts
SET r.state = 'CANCELLED', r.reason = $reason, r.ended_at = datetime.realtime()
REMOVE r.open, r.owner, r.not_before
FOREACH (x IN CASE WHEN was = 'RUNNING' AND a IS NOT NULL THEN [a] ELSE [] END |
  SET x.ended_at = datetime.realtime(), x.outcome = 'CANCELLED', x.reason = $reason, x.unswept = 1)
RETURN r.id AS id, was, attempts, r.input_set AS input_set
