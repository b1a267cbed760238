// name:    runs.claimable
// purpose: Ready runs that are due and have no running sibling, most urgent first. A hint: the claim looks again under the lock.
// param:   most integer
// returns: id string, job_partition string, priority integer - none when nothing waits
// access:  read
MATCH (r:Run)
WHERE r.open = 1 AND r.state = 'READY' AND (r.not_before IS NULL OR r.not_before <= datetime.realtime())
  AND NOT EXISTS { MATCH (:JobPartition {id: r.job_partition})-[:HAS_RUN]->(s:Run) WHERE s.open = 1 AND s.state = 'RUNNING' }
RETURN r.id AS id, r.job_partition AS job_partition, r.priority AS priority
ORDER BY r.priority DESC, r.created_at LIMIT $most
