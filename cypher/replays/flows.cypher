// name:    replays.flows
// purpose: What jobs make of the columns of a dataset, by whatever name they know it, at any time; closed edges too.
// param:   reads list of map {job, dataset} - ids
// returns: job, dataset, kind (FEEDS, SHAPES or USED_BY), column string, target string or null - the dataset that stands for the one made, to string or null - the column made, since datetime, until datetime - one row per edge
// access:  read
UNWIND $reads AS x
MATCH (d:Dataset {id: x.dataset})
WITH x, [d.id] + COLLECT { MATCH (m:Dataset) WHERE m.entity = d.entity AND m.id <> d.id RETURN m.id } AS members
UNWIND members AS of
MATCH (f:Field {dataset: of})
CALL (x, f) {
  MATCH (f)-[e:FEEDS]->(t:Field)
  WHERE e.job = x.job AND e.retracted_at > datetime.realtime()
  RETURN 'FEEDS' AS kind, t.dataset AS made, t.path AS to, e.valid_from AS since, e.valid_to AS until
  UNION ALL
  MATCH (f)-[e:SHAPES]->(t:Dataset)
  WHERE e.job = x.job AND e.retracted_at > datetime.realtime()
  RETURN 'SHAPES' AS kind, t.id AS made, null AS to, e.valid_from AS since, e.valid_to AS until
  UNION ALL
  MATCH (f)-[e:USED_BY]->(:Job {id: x.job})
  WHERE e.retracted_at > datetime.realtime()
  RETURN 'USED_BY' AS kind, null AS made, null AS to, e.valid_from AS since, e.valid_to AS until
}
OPTIONAL MATCH (t:Dataset {id: made})
RETURN x.job AS job, x.dataset AS dataset, kind, f.path AS column, coalesce(t.entity, made) AS target, to, since, until
