// name:    readiness.raise_generation
// purpose: The next generation of a job partition: its runs are new ones from now on. Only after the lock.
// param:   job_partition string
// returns: generation integer - one row
// access:  write
MATCH (jp:JobPartition {id: $job_partition})
SET jp.generation = coalesce(jp.generation, 0) + 1
RETURN jp.generation AS generation
