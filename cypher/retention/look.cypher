// name:    retention.look
// purpose: What a partition keeps. Locks it before it looks.
// param:   partition string
// param:   token string - fresh for each attempt
// returns: now datetime, current string or null, aging list of {version, replaced_at, time, tie}, readers list of ids of open runs that read the current version, questions list of ids, held boolean - one row
// access:  write
MATCH (p:Partition {id: $partition})
SET p._lock = $token
WITH p
OPTIONAL MATCH (p)-[:CURRENT]->(c:DatasetVersion)
RETURN datetime.realtime() AS now, c.id AS current,
  COLLECT {
    MATCH (v:DatasetVersion) WHERE v.aging = $partition
    RETURN {version: v.id, replaced_at: v.replaced_at, time: coalesce(v.confirmed_time, v.source_time),
      tie: coalesce(v.confirmed_by, v.id)}
  } AS aging,
  COLLECT { MATCH (c)-[:READ_BY]->(r:Run) WHERE r.open = 1 RETURN r.id } AS readers,
  COLLECT { MATCH (q:Question) WHERE q.open = 1 AND q.dataset = p.dataset AND q.partition_key = p.key RETURN q.id } AS questions,
  EXISTS { MATCH (h:Hold) WHERE h.open = 1 AND h.target IN [p.id, p.dataset] } AS held
