// name:    doctor.workers
// purpose: Every worker that the graph knows, and whether its lease still runs.
// returns: id string, host string, pid integer, slots integer, labels list of string, lease_until datetime, storage string - the mark of its storage root, ahead_ms integer - how far the clock of its machine was ahead when it came, live boolean - none when no worker ever came
// access:  read
MATCH (w:Worker)
RETURN w.id AS id, w.host AS host, w.pid AS pid, w.slots AS slots, coalesce(w.labels, []) AS labels, coalesce(w.storage, '') AS storage,
       CASE WHEN w.clock IS NULL THEN 0 ELSE datetime(w.clock).epochMillis - datetime(w.started_at).epochMillis END AS ahead_ms, w.lease_until AS lease_until,
       coalesce(w.lease_until > datetime.realtime(), false) AS live
