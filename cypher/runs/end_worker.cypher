// name:    runs.end_worker
// purpose: A worker leaves; its lease ends now.
// param:   worker string
// returns: id string - one row, or none for an unknown worker
// access:  write
MATCH (w:Worker {id: $worker})
SET w.lease_until = datetime.realtime(), w.ended_at = datetime.realtime()
RETURN w.id AS id
