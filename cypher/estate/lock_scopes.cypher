// name:    estate.lock_scopes
// purpose: Makes whoever declares anything wait for each other: scopes read each other's datasets, so they share one lock.
// param:   ids list of string - ids of scopes, sorted
// param:   token string - fresh for each attempt
// returns: id string, now datetime - one row each
// access:  write
UNWIND $ids AS id
MERGE (s:Scope {id: id})
SET s._lock = $token
RETURN s.id AS id, datetime.realtime() AS now
