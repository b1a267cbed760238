// name:    runs.claimable
// purpose: Ready runs that are due, free of holds and without a running sibling, most urgent first. A hint: the claim looks again under the lock.
// param:   most integer
// param:   most_losses integer - a run that lost more workers is passed by
// returns: id string, job_partition string, priority integer, losses integer - none when nothing waits
// access:  read
WITH COLLECT { MATCH (h:Hold) WHERE h.open = 1 RETURN h.target } AS held,
  COLLECT { MATCH (v:DatasetVersion) WHERE v.withheld = 1 MATCH (v)-[:READ_BY]->(b:Run) WHERE b.open = 1 RETURN b.id } AS blocked
MATCH (r:Run)
WHERE r.open = 1 AND r.state = 'READY' AND (r.not_before IS NULL OR r.not_before <= datetime.realtime())
  AND (r.ready_until IS NULL OR r.ready_until > datetime.realtime()) AND r.losses <= $most_losses
// In order first, so that what costs a look elsewhere is asked only until enough are found.
WITH r, held, blocked ORDER BY r.priority DESC, r.created_at
WHERE NOT EXISTS { MATCH (:JobPartition {id: r.job_partition})-[:HAS_RUN]->(s:Run) WHERE s.open = 1 AND s.state = 'RUNNING' }
  AND NOT r.id IN blocked
  AND (size(held) = 0 OR r.kind = 'validation' OR NOT (r.job IN held OR r.job_partition IN held OR EXISTS {
    MATCH (v:DatasetVersion)-[:READ_BY]->(r) WHERE v.dataset IN held OR v.partition IN held
  }))
RETURN r.id AS id, r.job_partition AS job_partition, r.priority AS priority, r.losses AS losses
LIMIT $most
