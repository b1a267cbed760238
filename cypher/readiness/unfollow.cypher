// name:    readiness.unfollow
// purpose: Takes the mark from runs whose end was told to those that wait for it.
// param:   runs list of string
// param:   token string - fresh for each attempt
// returns: id string - one row each
// access:  write
UNWIND $runs AS id
MATCH (r:Run {id: id})
SET r._lock = $token
WITH r
WHERE r.open IS NULL
REMOVE r.followed
RETURN r.id AS id
