// name:    runs.state_of
// purpose: The state that a run is in. Only after the lock.
// param:   run string
// returns: state string, reason string - one row
// access:  read
MATCH (r:Run {id: $run})
RETURN r.state AS state, r.reason AS reason
