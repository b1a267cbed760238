// name:    orders.lock_steps
// purpose: Locks steps, then looks at them.
// param:   steps list of string - sorted
// param:   token string - fresh for each attempt
// returns: id string, state string, why string, is_open boolean - it is looked at - one row each
// access:  write
UNWIND $steps AS id
MATCH (s:ReplayStep {id: id})
SET s._lock = $token
RETURN s.id AS id, s.state AS state, s.why AS why, coalesce(s.open = 1, false) AS is_open
