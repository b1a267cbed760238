// name:    orders.set_state
// purpose: What becomes of an order. Only after its lock.
// param:   order string
// param:   state string
// param:   open integer - 1: it is worked off, 2: it stands still; null: it is over
// param:   note string - why it stands still; empty: it does not
// returns: id string - one row
// access:  write
MATCH (x:Replay {id: $order})
SET x.state = $state, x.open = $open, x.note = $note, x.touched_at = datetime.realtime(),
  x.ended_at = CASE WHEN $open IS NULL THEN datetime.realtime() ELSE null END
RETURN x.id AS id
