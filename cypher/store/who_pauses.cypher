// name:    store.who_pauses
// purpose: The pause of writes that is in force.
// returns: holder string, reason string, until datetime - no row: writes are not paused
// access:  read
MATCH (p:Pause {id: 'writes'})
WHERE p.until > datetime.realtime()
RETURN p.holder AS holder, p.reason AS reason, p.until AS until
