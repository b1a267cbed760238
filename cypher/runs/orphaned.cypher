// name:    runs.orphaned
// purpose: Runs whose owner's lease has run out.
// param:   most integer
// returns: id, job_partition, owner - none when all owners are alive
// access:  read
MATCH (r:Run)
WHERE r.open = 1 AND r.state = 'RUNNING'
  AND NOT EXISTS { MATCH (w:Worker {id: r.owner}) WHERE w.lease_until > datetime.realtime() }
RETURN r.id AS id, r.job_partition AS job_partition, r.owner AS owner
ORDER BY id LIMIT $most
