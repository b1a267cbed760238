// name:    runs.claim
// purpose: Gives runs to a worker whose lease is alive. Only after the lock: what is read here nobody else can change.
// param:   runs list of string
// param:   worker string
// returns: id string, fence integer, attempt integer, losses integer - one row per run won; none: someone else's, not due, held, an input set aside, or no lease
// access:  write
// What people hold is looked at here, under the lock, so that a hold that was there before the claim is never passed by.
WITH COLLECT { MATCH (h:Hold) WHERE h.open = 1 RETURN h.target } AS held,
  // Whether somebody is told of runs (emitting.subscribe); then the word of this start goes into the outbox.
  COLLECT { MATCH (s:Outbox {id: 'subscription/openlineage'}) WHERE s.until > datetime.realtime() RETURN 1 } AS told
UNWIND $runs AS id
MATCH (w:Worker {id: $worker})
WHERE w.lease_until > datetime.realtime()
MATCH (jp:JobPartition)-[:HAS_RUN]->(r:Run {id: id})
WHERE r.state = 'READY' AND (r.not_before IS NULL OR r.not_before <= datetime.realtime())
  // One predicate, not two: Neo4j answers `IS NULL OR >` by the index on it too, which costs thirty times the claim after a lock.
  AND coalesce(r.ready_until > datetime.realtime(), true)
  // By its state alone: by `open`, Neo4j would look at all open runs for each run that is claimed.
  AND NOT EXISTS { MATCH (jp)-[:HAS_RUN]->(s:Run) WHERE s.state = 'RUNNING' }
  AND (r.kind = 'validation' OR NOT (r.job IN held OR r.job_partition IN held OR EXISTS {
    MATCH (v:DatasetVersion)-[:READ_BY]->(r)
    WHERE v.state IN ['QUARANTINED', 'RETIRED'] OR v.dataset IN held OR v.partition IN held
  }))
SET r.state = 'RUNNING', r.fence = r.fence + 1, r.attempts = r.attempts + 1, r.owner = $worker,
  r.started_at = datetime.realtime()
REMOVE r.not_before, r.ready_until, r.taking, r.took
CREATE (a:Attempt {id: r.id + '/' + toString(r.fence), number: r.fence, worker: $worker, started_at: datetime.realtime()})
CREATE (r)-[:HAS_ATTEMPT]->(a)
FOREACH (_ IN CASE WHEN r.kind = 'job' THEN told ELSE [] END |
  CREATE (:Outbox {id: 'openlineage/' + a.id + '/START', kind: 'openlineage', subject: r.id, fence: r.fence, event: 'START', open: 2,
    attempts: 0, created_at: datetime.realtime()}))
RETURN r.id AS id, r.fence AS fence, r.attempts AS attempt, r.losses AS losses
