// name:    readiness.follow
// purpose: Marks runs under way for whose end somebody waits, so that it is told when they end.
// param:   runs list of string - sorted
// returns: id string - one row each
// access:  write
UNWIND $runs AS id
MATCH (r:Run {id: id})
SET r.followed = 1
RETURN r.id AS id
