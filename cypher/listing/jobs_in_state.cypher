// name:    listing.jobs_in_state
// purpose: Jobs whose newest run is in one of some states, from any place on, by namespace and name.
// param:   namespace string - this one only; empty: all
// param:   states list of string - of runs, ours and observed ones (OTHER: nothing was said of it)
// param:   offset integer - how many to pass over
// param:   limit integer - how many
// returns: ids list, total integer - one row: ids of jobs in order, and how many there are in all
// access:  read
MATCH (j:Job)
WHERE j.retired_at IS NULL AND ($namespace = '' OR j.namespace = $namespace)
CALL (j) {
  MATCH (r:ObservedRun)
  USING INDEX r:ObservedRun(job, first)
  WHERE r.job = j.id AND r.first > datetime('0001-01-01T00:00:00Z')
  WITH r ORDER BY r.job DESC, r.first DESC LIMIT 1
  RETURN coalesce(r.state, 'OTHER') AS state, r.first AS at
  UNION ALL
  MATCH (r:Run)
  USING INDEX r:Run(job, created_at)
  WHERE r.job = j.id AND r.created_at > datetime('0001-01-01T00:00:00Z')
  WITH r ORDER BY r.job DESC, r.created_at DESC LIMIT 1
  RETURN r.state AS state, r.created_at AS at
}
WITH j, state, at ORDER BY at DESC
WITH j, head(collect(state)) AS state
WHERE state IN $states
WITH j ORDER BY j.namespace, j.name
WITH collect(j.id) AS ids
RETURN ids[$offset .. $offset + $limit] AS ids, size(ids) AS total
