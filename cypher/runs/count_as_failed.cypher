// name:    runs.count_as_failed
// purpose: Ends a run that waits as failed. Only after the lock.
// param:   run string
// param:   reason string
// returns: id string - no row: it does not wait
// access:  write
MATCH (r:Run {id: $run})
WHERE r.state = 'READY'
SET r.state = 'FAILED', r.reason = $reason, r.ended_at = datetime.realtime()
REMOVE r.open, r.not_before
RETURN r.id AS id
