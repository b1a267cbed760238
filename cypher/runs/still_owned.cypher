// name:    runs.still_owned
// purpose: Which of these runs a worker still holds. Only after the lock.
// param:   runs list of string
// param:   worker string
// returns: id - one row each
// access:  read
UNWIND $runs AS id
MATCH (r:Run {id: id})
WHERE r.state = 'RUNNING' AND r.owner = $worker
RETURN r.id AS id
