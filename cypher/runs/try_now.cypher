// name:    runs.try_now
// purpose: Makes a run that waits for its next try due. Only after the lock.
// param:   run string
// returns: id string, not_before datetime - when it would have been tried; null: it was due; no row: it does not wait
// access:  write
MATCH (r:Run {id: $run})
WHERE r.state = 'READY'
WITH r, r.not_before AS not_before
REMOVE r.not_before
RETURN r.id AS id, not_before
