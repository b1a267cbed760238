// name:    orders.lock
// purpose: Locks an order, then looks at it.
// param:   order string
// param:   token string - fresh for each attempt
// returns: id, state, origin, by, reason, total integer, lines integer, line integer - no row: there is none
// access:  write
MATCH (x:Replay {id: $order})
WHERE x.origin IS NOT NULL
SET x._lock = $token
RETURN x.id AS id, x.state AS state, x.origin AS origin, x.by AS by, x.reason AS reason, x.total AS total, x.lines AS lines,
  x.line AS line
