// name:    runs.still_owned
// purpose: Which of these runs a worker still holds. What changes runs asks it after the lock; a heartbeat asks it to learn what was taken away.
// param:   runs list of string
// param:   worker string
// returns: id string, fence integer - one row each
// access:  read
UNWIND $runs AS id
MATCH (r:Run {id: id})
WHERE r.state = 'RUNNING' AND r.owner = $worker
RETURN r.id AS id, r.fence AS fence
