// name:    runs.list_runs
// purpose: One page of all runs, newest first.
// param:   state string - only runs in this state; null: any
// param:   after string - id of the last run of the page before; null: the first page
// param:   limit integer - how many
// returns: id string - in order
// access:  read
OPTIONAL MATCH (last:Run {id: $after})
WITH last.id AS last_id, coalesce(last.created_at, datetime('9999-12-31T00:00:00Z')) AS last_time
MATCH (r:Run)
WHERE r.created_at <= last_time AND (last_id IS NULL OR r.created_at < last_time OR r.id < last_id)
  AND ($state IS NULL OR r.state = $state)
RETURN r.id AS id
ORDER BY r.created_at DESC, r.id DESC
LIMIT $limit
