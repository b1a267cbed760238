// name:    store.keep_paused
// purpose: Prolongs a pause that has not run out. One that has may have let writes through: it is not prolonged.
// param:   holder string
// param:   hold_ms integer - for how long from now
// returns: id string - no row: it had run out, or someone else holds it
// access:  write
MATCH (p:Pause {id: 'writes'})
WHERE p.holder = $holder AND p.until > datetime.realtime()
SET p.until = datetime.realtime() + duration({milliseconds: $hold_ms})
RETURN p.id AS id
