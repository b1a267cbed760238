// name:    store.end_pause
// purpose: Lets writes go on.
// param:   holder string - only their own pause
// returns: ended integer - one row
// access:  write
MATCH (p:Pause {id: 'writes'})
WHERE p.holder = $holder
DETACH DELETE p
RETURN count(*) AS ended
