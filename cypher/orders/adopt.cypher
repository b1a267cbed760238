// name:    orders.adopt
// purpose: Runs that were made while an order has their job partition to run belong to it: its pool and its urgency are theirs. After the lock of the job partition.
// param:   runs list of map {id, job_partition}
// returns: id string - one row per run that belongs to an order
// access:  write
UNWIND $runs AS x
MATCH (s:ReplayStep {job_partition: x.job_partition})
WHERE s.origin IS NOT NULL AND s.open IS NOT NULL
MATCH (r:Run {id: x.id})
SET r.order = s.replay, r.pool = coalesce(s.pool, r.pool), r.priority = coalesce(s.priority, r.priority),
  r.background = s.background
RETURN r.id AS id
