// name:    identity.lock
// purpose: Locks datasets, before what is said about them being one with others is read.
// param:   ids list of string - sorted
// param:   token string - fresh for each attempt
// returns: id string - one row each
// access:  write
UNWIND $ids AS id
MATCH (d:Dataset {id: id})
SET d._lock = $token
RETURN d.id AS id
