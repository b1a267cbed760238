// name:    readiness.await
// purpose: Remembers which job partitions wait for the latest of an input, so that a new one is told to them. Only after the lock.
// param:   job_partitions list of string
// param:   awaits boolean - false: they wait no longer
// returns: id string - one row each
// access:  write
UNWIND $job_partitions AS id
MATCH (jp:JobPartition {id: id})
FOREACH (_ IN CASE WHEN $awaits THEN [1] ELSE [] END | SET jp.awaits = jp.job)
FOREACH (_ IN CASE WHEN $awaits THEN [] ELSE [1] END | REMOVE jp.awaits)
RETURN jp.id AS id
