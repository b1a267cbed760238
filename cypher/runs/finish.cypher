// name:    runs.finish
// purpose: Ends a run, if it is still held under this fence. Only after the lock.
// param:   run string
// param:   fence integer
// param:   state string - SUCCEEDED or FAILED
// param:   reason string
// param:   metrics string - JSON
// returns: id string - no row: an older owner, or ended already; then nothing may be published
// access:  write
MATCH (r:Run {id: $run})
WHERE r.state = 'RUNNING' AND r.fence = $fence
SET r.state = $state, r.reason = $reason, r.metrics = $metrics, r.ended_at = datetime.realtime()
REMOVE r.open
WITH r
MATCH (a:Attempt {id: r.id + '/' + toString($fence)})
SET a.ended_at = datetime.realtime(), a.outcome = $state, a.reason = $reason
RETURN r.id AS id
