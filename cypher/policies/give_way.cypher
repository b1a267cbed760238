// name:    policies.give_way
// purpose: Ends waiting runs for which a newer partition of their job stands in. Only after the lock.
// param:   runs list of string
// param:   reason string
// returns: id string - one row per run that gave way; no row: it was claimed or has ended meanwhile
// access:  write
UNWIND $runs AS id
MATCH (r:Run {id: id})
WHERE r.state = 'READY'
SET r.state = 'SUPERSEDED', r.reason = $reason, r.ended_at = datetime.realtime(), r.gave_way = 1
REMOVE r.open
RETURN r.id AS id
