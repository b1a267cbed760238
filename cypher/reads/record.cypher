// name:    reads.record
// purpose: Counts reads, one node for each reader and version. A read whose key is among the last ones of its reader is known already.
// param:   reads list of map {id, version, kind, reader, agent, keys: list of string, keyless: integer, first_at: datetime or null, last_at: datetime or null, columns: list of string} - each id once, sorted
// param:   token string - fresh for each attempt
// param:   most_keys integer - how many keys are remembered
// returns: id string, fresh list of string - one row each; fresh: the keys that were not known
// access:  write
UNWIND $reads AS x
MATCH (v:DatasetVersion {id: x.version})
MERGE (n:Reading {id: x.id})
ON CREATE SET n.version = x.version, n.kind = x.kind, n.reader = x.reader, n.count = 0, n.keys = []
SET n._lock = $token
MERGE (v)-[:SEEN_BY]->(n)
WITH n, x, [key IN x.keys WHERE NOT key IN coalesce(n.keys, [])] AS fresh,
  coalesce(x.first_at, datetime.realtime()) AS first_at, coalesce(x.last_at, datetime.realtime()) AS last_at
FOREACH (one IN CASE WHEN x.keyless + size(fresh) = 0 THEN [] ELSE [1] END |
  SET n.count = n.count + x.keyless + size(fresh), n.keys = (coalesce(n.keys, []) + fresh)[-$most_keys..],
    n.agent = x.agent, n.columns = x.columns,
    n.first_at = CASE WHEN n.first_at IS NULL OR first_at < n.first_at THEN first_at ELSE n.first_at END,
    n.last_at = CASE WHEN n.last_at IS NULL OR last_at > n.last_at THEN last_at ELSE n.last_at END)
RETURN x.id AS id, fresh
