// name:    runs.renew_lease
// purpose: One heartbeat for all runs of a worker. A lease that ran out is not renewed: its runs may have new owners.
// param:   worker string
// param:   lease_ms integer
// returns: id string - no row: too late
// access:  write
MATCH (w:Worker {id: $worker})
WHERE w.lease_until > datetime.realtime()
SET w.lease_until = datetime.realtime() + duration({milliseconds: $lease_ms})
RETURN w.id AS id
