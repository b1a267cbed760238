// name:    store.end_pause
// purpose: Lets writes go on, if the pause stands as its holder believes. Locks before it looks.
// param:   holder string - only their own pause
// param:   lines integer - only if a restore under it has come to this line; 0: nothing was restored
// param:   token string - fresh for each attempt
// returns: ended integer - one row
// access:  write
MATCH (p:Pause {id: 'writes'})
SET p._lock = $token
WITH p
WHERE p.holder = $holder AND p.lines = $lines
DETACH DELETE p
RETURN count(*) AS ended
