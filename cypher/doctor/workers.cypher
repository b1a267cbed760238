// name:    doctor.workers
// purpose: Every worker that the graph knows, and whether its lease still runs.
// returns: id string, host string, pid integer, slots integer, labels list of string, lease_until datetime, live boolean - none when no worker ever came
// access:  read
MATCH (w:Worker)
RETURN w.id AS id, w.host AS host, w.pid AS pid, w.slots AS slots, coalesce(w.labels, []) AS labels, w.lease_until AS lease_until,
       coalesce(w.lease_until > datetime.realtime(), false) AS live
