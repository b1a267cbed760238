// name:    deadlines.jobs
// purpose: All jobs that are run here. In one record with a list for each property, as the others of a plan: a row, or a list, for each job takes several times as long to read.
// returns: ids, namespaces, names, kinds, every, start, details, schedules, not_before, orders list of string - empty where a job has none; takes_slots list of boolean - one row; all have a place for each job
// access:  read
MATCH (j:Job)
WHERE j.definition IS NOT NULL AND j.retired_at IS NULL
RETURN collect(j.id) AS ids, collect(j.namespace) AS namespaces, collect(j.name) AS names, collect(coalesce(j.kind, '')) AS kinds,
  collect(coalesce(j.partition_every, '')) AS every, collect(coalesce(j.partition_from, '')) AS start,
  collect(coalesce(j.partition_details, '')) AS details, collect(coalesce(j.schedule, '')) AS schedules,
  collect(coalesce(j.not_before, '')) AS not_before, collect(coalesce(j.run_order, '')) AS orders,
  collect(size(coalesce(j.takes, [])) + size(coalesce(j.pool_takes, [])) > 0) AS takes_slots
