// name:    replays.end
// purpose: A replay is over. Only after its lock.
// param:   replay string
// param:   state string - DONE or CANCELLED
// returns: id string - one row
// access:  write
MATCH (x:Replay {id: $replay})
SET x.state = $state, x.ended_at = datetime.realtime()
REMOVE x.open
RETURN x.id AS id
