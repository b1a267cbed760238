// name:    orders.abandoned
// purpose: Orders whose steps nobody went on to write, or to cancel.
// param:   seconds integer - untouched for so long
// returns: id string, lines integer - one row each
// access:  read
MATCH (x:Replay)
WHERE x.open = 2 AND x.state IN ['STARTING', 'CANCELLED'] AND x.touched_at < datetime.realtime() - duration({seconds: $seconds})
RETURN x.id AS id, x.lines AS lines
