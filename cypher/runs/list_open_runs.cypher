// name:    runs.list_open_runs
// purpose: One page of the runs that are waiting or running, newest first; looks only at what is open, however many runs there were.
// param:   job string - only runs of this job (or validations of this dataset); null: any
// param:   state string - only runs in this state; null: any
// param:   after string - id of the last run of the page before; null: the first page
// param:   limit integer - how many
// returns: id string - in order
// access:  read
OPTIONAL MATCH (last:Run {id: $after})
WITH last.id AS last_id, coalesce(last.created_at, datetime('9999-12-31T00:00:00Z')) AS last_time
MATCH (r:Run {open: 1})
WHERE r.created_at <= last_time AND (last_id IS NULL OR r.created_at < last_time OR r.id < last_id)
  AND ($state IS NULL OR r.state = $state) AND ($job IS NULL OR r.job = $job)
RETURN r.id AS id
ORDER BY r.created_at DESC, r.id DESC
LIMIT $limit
