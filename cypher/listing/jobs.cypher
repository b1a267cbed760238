// name:    listing.jobs
// purpose: Jobs that are there now, from any place on, by namespace and name.
// param:   namespace string - this one only; empty: all
// param:   offset integer - how many to pass over
// param:   limit integer - how many
// returns: ids list, total integer - one row: ids of jobs in order, and how many there are in all
// access:  read
CALL () {
  MATCH (j:Job)
  WHERE j.retired_at IS NULL AND ($namespace = '' OR j.namespace = $namespace)
  RETURN count(j) AS total
}
CALL () {
  MATCH (j:Job)
  WHERE j.retired_at IS NULL AND ($namespace = '' OR j.namespace = $namespace)
  WITH j ORDER BY j.namespace, j.name SKIP $offset LIMIT $limit
  RETURN collect(j.id) AS ids
}
RETURN ids, total
