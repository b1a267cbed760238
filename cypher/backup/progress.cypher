// name:    backup.progress
// purpose: How much of a restore is done, written with the part that was just done. Locks the pause, so that two restores of one file cannot both do it.
// param:   holder string - the restore
// param:   before integer - the line up to which it was done when this part began
// param:   lines integer - the line up to which it is done now
// param:   token string - fresh for each attempt
// returns: lines integer - one row; no row: another process has taken the restore over
// access:  write
MATCH (p:Pause {id: 'writes', holder: $holder})
SET p._lock = $token
WITH p
WHERE p.lines = $before
SET p.lines = $lines
RETURN p.lines AS lines
