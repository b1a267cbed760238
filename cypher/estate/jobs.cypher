// name:    estate.jobs
// purpose: Some jobs as they are declared now.
// param:   ids list of string - ids of jobs
// returns: id string, alive boolean, properties map - a row for each that exists
// access:  read
UNWIND $ids AS job_id
MATCH (j:Job {id: job_id})
RETURN j.id AS id, j.retired_at IS NULL AS alive,
  j {.namespace, .name, .kind, .partition_every, .partition_from, .partition_details, .definition, .definition_hash,
     .retries, .timeout_seconds,
    .priority, .ready_for, .schedule, .not_before, .description, .scope, .most_failures, .pool_takes,
    .runs_on, .run_order,
    // What was seen of its columns is not what is declared.
    columns_known: CASE WHEN j.columns_seen IS NULL THEN j.columns_known ELSE false END,
    unresolved: CASE WHEN j.columns_seen IS NULL THEN j.unresolved ELSE j.unresolved_unseen END} AS properties
