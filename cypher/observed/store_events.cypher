// name:    observed.store_events
// purpose: Keeps events as they were sent, each once.
// param:   events list of map {id, at, body, run, job, warnings}
// returns: id string - one row per event that is new
// access:  write
UNWIND $events AS x
OPTIONAL MATCH (known:LineageEvent {id: x.id})
WITH x
WHERE known IS NULL
MERGE (e:LineageEvent {id: x.id})
ON CREATE SET e.at = x.at, e.body = x.body, e.run = x.run, e.job = x.job, e.warnings = x.warnings,
  e.received_at = datetime.realtime()
RETURN e.id AS id
