// name:    runs.forget_workers
// purpose: Forgets workers that are gone for long and own nothing.
// param:   keep_s integer - seconds since their lease ended
// returns: forgotten integer - one row
// access:  write
MATCH (w:Worker)
WHERE w.lease_until < datetime.realtime() - duration({seconds: $keep_s})
DETACH DELETE w
RETURN count(*) AS forgotten
