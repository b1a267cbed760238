// name:    runs.lock_workers
// purpose: Before runs are taken from workers: whoever renews a lease just now comes first, or not at all. After the lock of their job partitions.
// param:   workers list of string - sorted
// param:   token string - fresh for each attempt
// returns: id string - one row for each that is still known
// access:  write
UNWIND $workers AS id
MATCH (w:Worker {id: id})
SET w._lock = $token
RETURN w.id AS id
