// name:    holds.to_skip
// purpose: Ready runs of jobs that are skipped, as far as nobody holds them besides. A hint: whoever ends them looks again under the lock.
// param:   most integer
// returns: id string, job_partition string - none when no run is to be skipped
// access:  read
WITH COLLECT { MATCH (h:Hold) WHERE h.open = 1 AND h.effect = 'SKIP' RETURN h.target } AS skipped,
  COLLECT { MATCH (h:Hold) WHERE h.open = 1 AND coalesce(h.effect, 'WAIT') = 'WAIT' RETURN h.target } AS held
WHERE size(skipped) > 0
MATCH (r:Run)
WHERE r.open = 1 AND r.state = 'READY' AND r.kind = 'job' AND (r.job IN skipped OR r.job_partition IN skipped)
  AND NOT (r.job IN held OR r.job_partition IN held OR EXISTS {
    MATCH (v:DatasetVersion)-[:READ_BY]->(r) WHERE v.dataset IN held OR v.partition IN held
  })
RETURN r.id AS id, r.job_partition AS job_partition
ORDER BY r.created_at LIMIT $most
