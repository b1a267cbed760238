// name:    runs.unclaimed
// purpose: Ready runs that are due and free of holds, and that nobody claimed although they were rung a while ago.
// param:   patience_ms integer - how long a ring may take
// param:   most integer
// returns: id - most urgent first
// access:  read
WITH COLLECT { MATCH (h:Hold) WHERE h.open = 1 RETURN h.target } AS held,
  COLLECT { MATCH (v:DatasetVersion) WHERE v.withheld = 1 MATCH (v)-[:READ_BY]->(b:Run) WHERE b.open = 1 RETURN b.id } AS blocked
MATCH (r:Run)
WHERE r.open = 1 AND r.state = 'READY'
  AND coalesce(r.not_before, r.created_at + duration({milliseconds: $patience_ms})) <= datetime.realtime()
  AND NOT r.id IN blocked
  AND (size(held) = 0 OR r.kind = 'validation' OR NOT (r.job IN held OR r.job_partition IN held OR EXISTS {
    MATCH (v:DatasetVersion)-[:READ_BY]->(r) WHERE v.dataset IN held OR v.partition IN held
  }))
RETURN r.id AS id
ORDER BY r.priority DESC, r.created_at LIMIT $most
