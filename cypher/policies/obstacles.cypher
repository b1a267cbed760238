// name:    policies.obstacles
// purpose: Everything that policies may have a waiting run wait for.
// param:   run string
// returns: namespace, name, key, labels list of string - what a worker must have, run_order string or null, person boolean - somebody asked for this run, workers list of map {id, labels}, earlier list of string - the first partition with an open run, succeeded boolean - the partition before it did, newer list of string, pools list of map {id, namespace, name, kind, slots, wanted}, holders list of map {namespace, name, key, took} - no row: nothing limits its job
// access:  read
MATCH (r:Run {id: $run})
MATCH (j:Job {id: r.job})
WHERE j.limited = 1 OR r.pool IS NOT NULL
WITH r, j, coalesce(j.takes, []) + CASE WHEN r.pool IS NULL THEN coalesce(j.pool_takes, []) ELSE [r.pool] END AS takes
RETURN j.namespace AS namespace, j.name AS name, r.key AS key, coalesce(j.runs_on, []) AS labels, j.run_order AS run_order,
  r.generation > 0 OR r.background IS NOT NULL AS person,
  COLLECT { MATCH (w:Worker) WHERE w.lease_until > datetime.realtime() RETURN {id: w.id, labels: coalesce(w.labels, [])} } AS workers,
  COLLECT { MATCH (e:Run) WHERE e.job = r.job AND e.open = 1 AND e.key < r.key RETURN e.key ORDER BY e.key LIMIT 1 } AS earlier,
  r.after IS NULL OR EXISTS { MATCH (:JobPartition {id: r.after})-[:HAS_RUN]->(s:Run) WHERE s.state = 'SUCCEEDED' } AS succeeded,
  COLLECT {
    MATCH (n:JobPartition)-[:HAS_RUN]->(e:Run)
    WHERE j.run_order = 'latest' AND n.job = r.job AND n.key > r.key AND e.state IN ['READY', 'RUNNING', 'SUCCEEDED']
    RETURN DISTINCT n.key ORDER BY n.key DESC LIMIT 1
  } AS newer,
  COLLECT {
    MATCH (p:Pool) WHERE p.id IN takes AND p.retired_at IS NULL
    RETURN {id: p.id, namespace: p.namespace, name: p.name, kind: p.kind, wanted: size([x IN takes WHERE x = p.id]),
      slots: CASE WHEN p.lowered < p.slots THEN p.lowered ELSE p.slots END}
  } AS pools,
  COLLECT {
    MATCH (t:Run) WHERE t.taking = 1 AND t.state = 'RUNNING'
    MATCH (o:Job {id: t.job})
    RETURN {namespace: o.namespace, name: o.name, key: t.key, took: t.took}
  } AS holders
