// name:    deadlines.datasets
// purpose: Names and slices of all declared datasets.
// returns: ids, namespaces, names, every, start, details list of string - empty where a dataset has none - one row; all have a place for each dataset
// access:  read
MATCH (d:Dataset)
WHERE d.retired_at IS NULL AND d.scope IS NOT NULL
RETURN collect(d.id) AS ids, collect(d.namespace) AS namespaces, collect(d.name) AS names,
  collect(coalesce(d.partition_every, '')) AS every, collect(coalesce(d.partition_from, '')) AS start,
  collect(coalesce(d.partition_details, '')) AS details
