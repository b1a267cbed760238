// name:    policies.fences
// purpose: How far some runs have come: the fence and the state of each.
// param:   runs list of string
// returns: id, fence, state - one row per run that can be seen
// access:  read
UNWIND $runs AS id
MATCH (r:Run {id: id})
RETURN r.id AS id, r.fence AS fence, r.state AS state
