// name:    orders.stand_still
// purpose: The open steps of an order that no run is under way for go back into the line. Only after its lock.
// param:   order string
// returns: id string - one row each
// access:  write
MATCH (s:ReplayStep)
WHERE s.open = 1 AND s.replay = $order AND s.state <> 'RUNNING'
SET s.open = 2
RETURN s.id AS id
