// name:    schedules.gates
// purpose: Whether the time of job partitions has come, the nominal time that still waits for inputs, and whether they have runs. Only after the lock.
// param:   ids list of string - job partition ids
// returns: id string, called boolean, tick string or null, nominal datetime or null, has_run boolean, busy boolean - one row each; busy: a run of it is not over
// access:  read
UNWIND $ids AS id
MATCH (jp:JobPartition {id: id})
OPTIONAL MATCH (t:Tick {id: jp.tick})
RETURN jp.id AS id, jp.called IS NOT NULL AS called, t.id AS tick, t.nominal AS nominal,
  EXISTS { MATCH (jp)-[:HAS_RUN]->(r:Run) WHERE r.state <> 'SUPERSEDED' } AS has_run,
  EXISTS { MATCH (jp)-[:HAS_RUN]->(o:Run) WHERE o.open = 1 } AS busy
