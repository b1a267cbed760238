// name:    observed.close_lost
// purpose: Concludes that the end of runs was lost. Whatever was heard of a run meanwhile keeps it open. Locks before it looks.
// param:   runs list of map {id, heard, because, later_id} - sorted by id; later_id: the later run that says so, or null
// param:   token string - fresh for each attempt
// returns: id string - one row each that was closed
// access:  write
UNWIND $runs AS x
MATCH (r:ObservedRun {id: x.id})
SET r._lock = $token
WITH r, x
WHERE r.open = 1 AND toString(r.heard) = x.heard
SET r.state = 'LOST', r.lost_because = x.because, r.lost_by = x.later_id, r.lost_at = datetime.realtime()
REMOVE r.open
RETURN r.id AS id
