// name:    lineage.names_like
// purpose: Names to offer when one was not found: those of datasets, jobs and consumers that are there now; those of its namespace first.
// param:   namespace string - the namespace that was asked for
// param:   most integer - how many of each to look at
// returns: kind string, namespace string, name string - in no order
// access:  read
CALL () {
  MATCH (n:Dataset) WHERE n.retired_at IS NULL
  WITH n ORDER BY CASE WHEN n.namespace = $namespace THEN 0 ELSE 1 END, n.name LIMIT $most
  RETURN 'DATASET' AS kind, n.namespace AS namespace, n.name AS name
  UNION ALL
  MATCH (n:Job) WHERE n.retired_at IS NULL
  WITH n ORDER BY CASE WHEN n.namespace = $namespace THEN 0 ELSE 1 END, n.name LIMIT $most
  RETURN 'JOB' AS kind, n.namespace AS namespace, n.name AS name
  UNION ALL
  MATCH (n:Consumer) WHERE n.retired_at IS NULL
  WITH n ORDER BY CASE WHEN n.namespace = $namespace THEN 0 ELSE 1 END, n.name LIMIT $most
  RETURN 'CONSUMER' AS kind, n.namespace AS namespace, n.name AS name
}
RETURN kind, namespace, name
