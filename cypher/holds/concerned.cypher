// name:    holds.concerned
// purpose: The runs of jobs, waiting or running, that a hold on this target is about.
// param:   target string - id of a dataset, job, partition or job partition
// returns: id string, job_partition string, state string - none when nothing of it waits or runs
// access:  read
MATCH (r:Run)
WHERE r.open = 1 AND r.kind = 'job'
  AND (r.job = $target OR r.job_partition = $target
    OR EXISTS { MATCH (v:DatasetVersion)-[:READ_BY]->(r) WHERE v.dataset = $target OR v.partition = $target })
RETURN r.id AS id, r.job_partition AS job_partition, r.state AS state
ORDER BY r.priority DESC, r.created_at
