// name:    orders.put
// purpose: Writes an order down before its steps, or finds it there: the same id is the same order. Locks it.
// param:   order map {id, origin, selection, asked, key, plan, terms, total: integer, lines: integer, by, reason}
// param:   token string - fresh for each attempt
// returns: id string, state string, asked string, plan string, created boolean - one row
// access:  write
MERGE (x:Replay {id: $order.id})
ON CREATE SET x.origin = $order.origin, x.selection = $order.selection, x.asked = $order.asked, x.key = $order.key,
  x.plan = $order.plan, x.terms = $order.terms, x.total = $order.total, x.lines = $order.lines, x.line = 0, x.by = $order.by,
  x.reason = $order.reason, x.version = '', x.columns = [], x.note = '', x.state = 'STARTING', x.open = 2,
  x.created_at = datetime.realtime(), x.created_by = $token
SET x._lock = $token, x.touched_at = datetime.realtime()
RETURN x.id AS id, x.state AS state, x.asked AS asked, x.plan AS plan, x.created_by = $token AS created
