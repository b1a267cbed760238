// name:    store.pause
// purpose: Pauses writes, or keeps them paused. Locks before it looks: one holder at a time. A pause ends by itself at `until`.
// param:   holder string
// param:   reason string - what a refused writer reads
// param:   hold_ms integer - for how long from now
// param:   token string - fresh for each attempt
// returns: id string, lines integer - one row; no row: someone else holds it. lines: how much of a restore was done under it
// access:  write
MERGE (p:Pause {id: 'writes'})
SET p._lock = $token
WITH p
WHERE p.until IS NULL OR p.holder = $holder OR p.until <= datetime.realtime()
SET p.lines = CASE WHEN p.holder = $holder THEN coalesce(p.lines, 0) ELSE 0 END
SET p.holder = $holder, p.reason = $reason, p.until = datetime.realtime() + duration({milliseconds: $hold_ms})
RETURN p.id AS id, p.lines AS lines
