// name:    lineage.names_like
// purpose: Names to offer when one was not found: those of datasets, jobs and consumers that are there now.
// param:   most integer - how many of each to look at
// returns: kind string, namespace string, name string - in no order
// access:  read
CALL () {
  MATCH (n:Dataset) WHERE n.retired_at IS NULL
  RETURN 'DATASET' AS kind, n.namespace AS namespace, n.name AS name LIMIT $most
  UNION ALL
  MATCH (n:Job) WHERE n.retired_at IS NULL
  RETURN 'JOB' AS kind, n.namespace AS namespace, n.name AS name LIMIT $most
  UNION ALL
  MATCH (n:Consumer) WHERE n.retired_at IS NULL
  RETURN 'CONSUMER' AS kind, n.namespace AS namespace, n.name AS name LIMIT $most
}
RETURN kind, namespace, name
