// name:    observed.newest_runs
// purpose: One page of all runs that others told of, the newest first. Those of which only their parts are known are left out.
// param:   state string - null: any
// param:   after string - id of the last run of the page before; null: the first page
// param:   limit integer
// returns: id string - in order
// access:  read
OPTIONAL MATCH (last:ObservedRun {id: $after})
WITH last.id AS last_id, coalesce(last.first, datetime('9999-12-31T00:00:00Z')) AS last_first
MATCH (r:ObservedRun)
WHERE r.first <= last_first AND ($state IS NULL OR r.state = $state)
  AND (last_id IS NULL OR r.first < last_first OR r.id < last_id)
RETURN r.id AS id
ORDER BY r.first DESC, id DESC
LIMIT $limit
