// name:    deadlines.runs_of
// purpose: How long the newest successful runs of some jobs, without those that only count as done, waited, and took with all their attempts. By index, newest first: what a million older runs did costs nothing.
// param:   jobs list of string - job ids
// param:   most integer - how many runs of each job
// returns: job string, key string, ready datetime, began datetime, ended datetime - one row per run, unordered
// access:  read
UNWIND $jobs AS job_id
CALL (job_id) {
  MATCH (r:Run {job: job_id})
  WHERE r.created_at <= datetime('9999-12-31T00:00:00Z') AND r.state = 'SUCCEEDED' AND r.pretended IS NULL
  RETURN r ORDER BY r.created_at DESC LIMIT $most
}
MATCH (r)-[:HAS_ATTEMPT]->(a:Attempt)
WITH job_id, r, min(a.started_at) AS began
RETURN job_id AS job, r.key AS key, r.created_at AS ready, began, r.ended_at AS ended
