// name:    schedules.known_ticks
// purpose: Which of these nominal times have come before. Only after the lock.
// param:   ids list of string
// returns: id string - one row for each that is there
// access:  read
UNWIND $ids AS id
MATCH (t:Tick {id: id})
RETURN t.id AS id
