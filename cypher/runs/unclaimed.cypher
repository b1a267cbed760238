// name:    runs.unclaimed
// purpose: Ready runs that are due and that nobody claimed although they were rung a while ago.
// param:   patience_ms integer - how long a ring may take
// param:   most integer
// returns: id - most urgent first
// access:  read
MATCH (r:Run)
WHERE r.open = 1 AND r.state = 'READY'
  AND coalesce(r.not_before, r.created_at + duration({milliseconds: $patience_ms})) <= datetime.realtime()
RETURN r.id AS id
ORDER BY r.priority DESC, r.created_at LIMIT $most
