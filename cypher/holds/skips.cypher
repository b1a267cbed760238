// name:    holds.skips
// purpose: Which of these job partitions are skipped, and by which hold. Only after the lock.
// param:   job_partitions list of string - ids
// returns: job_partition string, by string, reason string - one row per hold of it; none: it is not skipped any more, or held besides
// access:  read
UNWIND $job_partitions AS id
MATCH (jp:JobPartition {id: id})
WHERE NOT EXISTS { MATCH (w:Hold) WHERE w.open = 1 AND coalesce(w.effect, 'WAIT') = 'WAIT' AND w.target IN [jp.id, jp.job] }
MATCH (h:Hold)
WHERE h.open = 1 AND h.effect = 'SKIP' AND h.target IN [jp.id, jp.job]
RETURN jp.id AS job_partition, h.by AS by, h.reason AS reason
