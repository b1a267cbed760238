// name:    orders.release
// purpose: Steps have their turn: from now on they are looked at. Only after the locks of their job partitions and of their order.
// param:   order string
// param:   steps list of string
// param:   line integer - of the order from now on
// returns: id string - one row per step
// access:  write
MATCH (x:Replay {id: $order})
SET x.line = $line, x.touched_at = datetime.realtime()
WITH x
UNWIND $steps AS id
MATCH (s:ReplayStep {id: id})
WHERE s.open = 2
SET s.open = 1
RETURN s.id AS id
