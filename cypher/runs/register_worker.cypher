// name:    runs.register_worker
// purpose: A worker announces itself; its first lease starts.
// param:   worker string
// param:   host string
// param:   pid integer
// param:   slots integer
// param:   labels list of string - what it has that jobs may ask for
// param:   lease_ms integer
// returns: id string - one row
// access:  write
MERGE (w:Worker {id: $worker})
SET w.host = $host, w.pid = $pid, w.slots = $slots, w.labels = $labels, w.started_at = datetime.realtime(),
  w.lease_until = datetime.realtime() + duration({milliseconds: $lease_ms})
RETURN w.id AS id
