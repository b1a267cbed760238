// name:    deadlines.datasets
// purpose: Names and slices of all declared datasets.
// returns: id, namespace, name, every, start, details - one row each, unordered
// access:  read
MATCH (d:Dataset)
WHERE d.retired_at IS NULL AND d.scope IS NOT NULL
RETURN d.id AS id, d.namespace AS namespace, d.name AS name, d.partition_every AS every, d.partition_from AS start,
  d.partition_details AS details
