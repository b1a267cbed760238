// name:    observed.store
// purpose: Keeps events as they were sent, each once, and what is known now of the jobs, datasets and runs that they speak of.
// param:   events list of map {id, at, body, run, job, warnings}
// param:   jobs list of map {id, properties}
// param:   datasets list of map {id, properties}
// param:   runs list of map {id, properties}
// returns: one integer - one row
// access:  write
FOREACH (x IN $events |
  MERGE (e:LineageEvent {id: x.id})
  ON CREATE SET e.at = x.at, e.body = x.body, e.run = x.run, e.job = x.job, e.warnings = x.warnings,
    e.received_at = datetime.realtime())
FOREACH (x IN $jobs | MERGE (n:Job {id: x.id}) SET n += x.properties)
FOREACH (x IN $datasets | MERGE (n:Dataset {id: x.id}) SET n += x.properties)
FOREACH (x IN $runs | MERGE (n:ObservedRun {id: x.id}) SET n += x.properties)
RETURN 1 AS one
