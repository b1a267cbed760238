// name:    observed.reopen
// purpose: Takes back the conclusion that runs were lost. Locks before it looks.
// param:   runs list of map {id, state} - sorted by id
// param:   token string - fresh for each attempt
// returns: id string - one row each that was lost
// access:  write
UNWIND $runs AS x
MATCH (r:ObservedRun {id: x.id})
SET r._lock = $token
WITH r, x
WHERE r.state = 'LOST'
SET r.state = x.state, r.open = 1
REMOVE r.lost_because, r.lost_by, r.lost_at
RETURN r.id AS id
