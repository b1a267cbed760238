// name:    runs.stuck
// purpose: Runs that have been open for long, and failed ones that had no successor. Looks at what is open, and at the runs made within that time.
// param:   older_ms integer - open runs that are younger are on their way
// param:   failed_ms integer - how far back failed runs are looked for
// param:   most integer
// returns: id string, behind integer, overdue boolean - behind: jobs that need what it would make; overdue: it runs under a lease that is over. Most waited for first, then the oldest
// access:  read
CALL () {
  MATCH (r:Run {open: 1})
  WHERE coalesce(r.started_at, r.created_at) <= datetime.realtime() - duration({milliseconds: $older_ms})
  RETURN r
  UNION
  MATCH (r:Run)
  WHERE r.created_at >= datetime.realtime() - duration({milliseconds: $failed_ms}) AND r.state = 'FAILED'
    AND NOT EXISTS { MATCH (:JobPartition {id: r.job_partition})-[:HAS_RUN]->(s:Run) WHERE s.created_at > r.created_at }
  RETURN r
}
OPTIONAL MATCH (w:Worker {id: r.owner})
WITH r, r.state = 'RUNNING' AND (w IS NULL OR w.lease_until < datetime.realtime()) AS overdue
OPTIONAL MATCH (:JobPartition {id: r.job_partition})-[:FILLS]->(p:Partition)
WHERE p.skipped IS NULL AND NOT EXISTS { MATCH (p)-[:CURRENT]->(:DatasetVersion) }
OPTIONAL MATCH (:Dataset {id: CASE WHEN r.kind = 'validation' THEN r.job ELSE p.dataset END})-[e:CONSUMED_BY]->(j:Job)
WHERE e.required AND e.valid_to > datetime.realtime() AND e.retracted_at > datetime.realtime()
WITH r, overdue, count(DISTINCT j) AS behind
RETURN r.id AS id, behind, overdue
ORDER BY behind DESC, r.created_at LIMIT $most
