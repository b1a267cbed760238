// name:    deadlines.datasets
// purpose: Names and slices of all declared datasets.
// returns: rows list of [id, namespace, name, every, start, details] - one row
// access:  read
MATCH (d:Dataset)
WHERE d.retired_at IS NULL AND d.scope IS NOT NULL
RETURN collect([d.id, d.namespace, d.name, d.partition_every, d.partition_from, d.partition_details]) AS rows
