// name:    deadlines.jobs
// purpose: All jobs that are run here. In one row, as the others of a plan: thousands of short rows take five times as long.
// returns: rows list of [id, namespace, name, kind, every, start, details] - one row
// access:  read
MATCH (j:Job)
WHERE j.definition IS NOT NULL AND j.retired_at IS NULL
RETURN collect([j.id, j.namespace, j.name, j.kind, j.partition_every, j.partition_from, j.partition_details]) AS rows
