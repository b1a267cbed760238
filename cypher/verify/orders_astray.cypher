// name:    verify.orders_astray
// purpose: Orders and replays that are open with nothing left, steps that are looked at for ever after theirs is over, and steps that nobody gives a turn any more.
// param:   patience_ms integer - two sweeps
// param:   line integer - so many steps of an order are one line
// param:   most integer
// returns: subject string, message string - none when the invariant holds
// access:  read
MATCH (x:Replay)
WHERE x.open = 1 AND x.origin IS NOT NULL AND x.line >= x.lines
  AND NOT EXISTS { MATCH (s:ReplayStep {replay: x.id}) WHERE s.open IS NOT NULL }
  AND NOT EXISTS {
    MATCH (s:ReplayStep {replay: x.id}) WHERE s.ended_at > datetime.realtime() - duration({milliseconds: $patience_ms})
  }
RETURN x.id AS subject, 'is ' + x.state + ', and nothing of it is left' AS message
LIMIT $most
UNION ALL
MATCH (s:ReplayStep)
WHERE s.open IN [1, 2]
MATCH (x:Replay {id: s.replay})
WHERE x.open IS NULL
RETURN s.id AS subject, 'is open, but ' + x.id + ' is ' + x.state AS message
LIMIT $most
UNION ALL
MATCH (x:Replay)
WHERE x.open = 1 AND x.state = 'OPEN' AND x.line > 0
MATCH (s:ReplayStep {replay: x.id})
WHERE s.open = 2 AND s.order <= x.line * $line
RETURN s.id AS subject, 'stands in a line of ' + x.id + ' that had its turn' AS message
LIMIT $most
