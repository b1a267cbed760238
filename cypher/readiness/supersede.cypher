// name:    readiness.supersede
// purpose: Runs for older inputs that have not started make way for the new run of their job partition.
// param:   created list of map {id, job_partition} - the new runs
// returns: id string - one row per run superseded
// access:  write
UNWIND $created AS x
MATCH (:JobPartition {id: x.job_partition})-[:HAS_RUN]->(r:Run)
WHERE r.open = 1 AND r.state = 'READY' AND r.id <> x.id
SET r.state = 'SUPERSEDED', r.reason = 'newer inputs: ' + x.id, r.ended_at = datetime.realtime()
REMOVE r.open
RETURN r.id AS id
