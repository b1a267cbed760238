// name:    orders.pace
// purpose: When the last steps of an order ended that had a run, the newest first.
// param:   order string
// param:   most integer
// returns: at datetime - one row each
// access:  read
MATCH (s:ReplayStep {replay: $order})
WHERE s.state = 'DONE' AND s.ended_at IS NOT NULL
RETURN s.ended_at AS at ORDER BY at DESC LIMIT $most
