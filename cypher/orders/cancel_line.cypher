// name:    orders.cancel_line
// purpose: Nothing is begun any more for the steps of a line. Only after the lock of the order.
// param:   line string
// param:   why string
// returns: id string, run string or null - that it was given - one row per step that was open
// access:  write
MATCH (s:ReplayStep {line: $line})
SET s.state = 'CANCELLED', s.why = $why, s.ended_at = datetime.realtime()
REMOVE s.open, s.line
RETURN s.id AS id, s.run AS run
