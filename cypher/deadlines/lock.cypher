// name:    deadlines.lock
// purpose: First statement of whatever is recorded of deadlines: locks them, creating them where nothing was recorded yet.
// param:   deadlines list of map {id, consumer, day: ISO date, due: datetime} - sorted by id
// param:   token string - fresh for each attempt
// returns: id string, state string - one row each
// access:  write
UNWIND $deadlines AS x
MERGE (d:Deadline {id: x.id})
ON CREATE SET d.consumer = x.consumer, d.day = x.day, d.due_at = x.due, d.state = 'OPEN'
SET d._lock = $token
RETURN d.id AS id, d.state AS state
