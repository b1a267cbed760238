// name:    store.sweep_operations
// purpose: Forgets operations that are old enough that nobody can still be in doubt about them.
// param:   keep duration seconds integer - age in seconds to keep
// param:   most integer - how many to forget at once
// returns: forgotten integer - one row
// access:  write
MATCH (o:Operation)
WHERE o.at < datetime.realtime() - duration({seconds: $keep})
WITH o LIMIT $most
DETACH DELETE o
RETURN count(*) AS forgotten
