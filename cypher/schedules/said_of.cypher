// name:    schedules.said_of
// purpose: When a job runs, as it is declared.
// param:   job string
// returns: schedule string or null, not_before string or null, every, start, details - no row: no such job, or it is retired
// access:  read
MATCH (j:Job {id: $job})
WHERE j.retired_at IS NULL
RETURN j.schedule AS schedule, j.not_before AS not_before, j.partition_every AS every, j.partition_from AS start,
  j.partition_details AS details
