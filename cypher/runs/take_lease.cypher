// name:    runs.take_lease
// purpose: A named lease for one holder at a time: taken when free, run out, or one's own. Locks before it looks.
// param:   lease string
// param:   holder string
// param:   lease_ms integer
// param:   token string - fresh for each attempt
// returns: id string - no row: someone else holds it
// access:  write
MERGE (l:Lease {id: $lease})
SET l._lock = $token
WITH l
WHERE l.holder IS NULL OR l.holder = $holder OR l.until < datetime.realtime()
SET l.holder = $holder, l.until = datetime.realtime() + duration({milliseconds: $lease_ms})
RETURN l.id AS id
