// name:    runs.list_runs_of_jobs
// purpose: One page of runs, newest first, for each of some jobs.
// param:   jobs list of string - job ids (or ids of datasets, for their validations)
// param:   state string - only runs in this state; null: any
// param:   after string - id of the last run of the page before; null: the first page
// param:   limit integer - how many for each job
// returns: job string, id string - in order within a job
// access:  read
OPTIONAL MATCH (last:Run {id: $after})
WITH last.id AS last_id, coalesce(last.created_at, datetime('9999-12-31T00:00:00Z')) AS last_time
UNWIND $jobs AS job_id
CALL (job_id, last_id, last_time) {
  MATCH (r:Run {job: job_id})
  WHERE r.created_at <= last_time AND (last_id IS NULL OR r.created_at < last_time OR r.id < last_id)
    AND ($state IS NULL OR r.state = $state)
  RETURN r.id AS run_id
  ORDER BY r.created_at DESC, r.id DESC
  LIMIT $limit
}
RETURN job_id AS job, run_id AS id
