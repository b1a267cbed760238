// name:    policies.pools
// purpose: Every pool that is declared, with what is taken from it now and by which runs.
// returns: id, namespace, name, kind, subject, scope, declared integer, lowered map {slots, by, reason} or null, holders list of map {run, took}, waiting integer - ready runs that take from it; in the order of their names
// access:  read
WITH COLLECT {
  MATCH (t:Run) WHERE t.taking = 1 AND t.state = 'RUNNING'
  RETURN {run: t.id, took: t.took}
} AS holders
MATCH (p:Pool)
WHERE p.retired_at IS NULL
RETURN p.id AS id, p.namespace AS namespace, p.name AS name, p.kind AS kind, p.subject AS subject, p.scope AS scope,
  p.slots AS declared, CASE WHEN p.lowered IS NULL THEN NULL ELSE {slots: p.lowered, by: p.lowered_by, reason: p.lowered_reason} END AS lowered,
  [h IN holders WHERE p.id IN h.took] AS holders,
  COUNT {
    MATCH (r:Run) WHERE r.open = 1 AND r.state = 'READY'
    MATCH (j:Job {id: r.job})
    WHERE p.id IN coalesce(j.takes, []) OR r.pool = p.id OR (r.pool IS NULL AND p.id IN coalesce(j.pool_takes, []))
  } AS waiting
ORDER BY namespace, name
