// name:    orders.active
// purpose: Orders that are worked off now.
// returns: id string, terms string - JSON, total integer, lines integer, line integer - those before it have had their turn, by string, reason string, created_at datetime - one row each
// access:  read
MATCH (x:Replay)
WHERE x.open = 1 AND x.origin IS NOT NULL
RETURN x.id AS id, x.terms AS terms, x.total AS total, x.lines AS lines, x.line AS line, x.by AS by, x.reason AS reason,
  x.created_at AS created_at
ORDER BY id
