// name:    listing.datasets
// purpose: Datasets of a namespace that are there now (of those that are one, the one that stands for all), from any place on, by name.
// param:   namespace string - this one only; empty: all
// param:   offset integer - how many to pass over
// param:   limit integer - how many
// returns: ids list, total integer - one row: ids of datasets in order, and how many there are in all
// access:  read
CALL () {
  MATCH (d:Dataset)
  WHERE d.retired_at IS NULL AND (d.entity IS NULL OR d.entity = d.id) AND ($namespace = '' OR d.namespace = $namespace)
  RETURN count(d) AS total
}
CALL () {
  MATCH (d:Dataset)
  WHERE d.retired_at IS NULL AND (d.entity IS NULL OR d.entity = d.id) AND ($namespace = '' OR d.namespace = $namespace)
  WITH d ORDER BY d.namespace, d.name SKIP $offset LIMIT $limit
  RETURN collect(d.id) AS ids
}
RETURN ids, total
