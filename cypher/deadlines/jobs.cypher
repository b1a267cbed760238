// name:    deadlines.jobs
// purpose: All jobs that are run here. In one row, as the others of a plan: thousands of short rows take five times as long.
// returns: rows list of [id, namespace, name, kind, every, start, details, schedule, not_before, run_order, takes_slots boolean] - one row
// access:  read
MATCH (j:Job)
WHERE j.definition IS NOT NULL AND j.retired_at IS NULL
RETURN collect([j.id, j.namespace, j.name, j.kind, j.partition_every, j.partition_from, j.partition_details, j.schedule, j.not_before,
  j.run_order, size(coalesce(j.takes, [])) + size(coalesce(j.pool_takes, [])) > 0]) AS rows
