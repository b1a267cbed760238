// name:    runs.held
// purpose: What decides the fate of a failed attempt, if the run is still held under this fence. Only after the lock.
// param:   run string
// param:   fence integer
// returns: id, input_set, job, kind, key, attempts, retries, now, tried list of map {number, outcome, exit_code, reason, started_at} - tried: the attempts since the run was made ready; no row: an older owner
// access:  read
MATCH (r:Run {id: $run})
WHERE r.state = 'RUNNING' AND r.fence = $fence
OPTIONAL MATCH (j:Job {id: r.job})
RETURN r.id AS id, r.input_set AS input_set, r.job AS job, r.kind AS kind, r.key AS key, r.attempts AS attempts, r.failures AS failures,
  coalesce(j.retries, 0) AS retries, datetime.realtime() AS now,
  COLLECT {
    MATCH (r)-[:HAS_ATTEMPT]->(a:Attempt) WHERE a.started_at >= r.created_at
    RETURN {number: a.number, outcome: a.outcome, exit_code: a.exit_code, reason: a.reason, started_at: a.started_at}
  } AS tried
