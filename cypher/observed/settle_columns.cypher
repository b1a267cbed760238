// name:    observed.settle_columns
// purpose: Says of each observed edge into the columns of some datasets whether it is stale: later complete runs of its job were seen without it.
// param:   targets list of map {job, dataset} - ids
// param:   source string
// returns: id string - one row per edge that changed
// access:  write
UNWIND $targets AS x
CALL (x) {
  MATCH (:Field)-[e:FEEDS]->(f:Field {dataset: x.dataset})
  WHERE e.job = x.job AND e.source = $source
  RETURN e
  UNION ALL
  MATCH (:Field)-[e:SHAPES]->(:Dataset {id: x.dataset})
  WHERE e.job = x.job AND e.source = $source
  RETURN e
}
WITH x, collect(e) AS edges, max(e.complete_at) AS newest
UNWIND edges AS e
WITH e, coalesce(coalesce(e.complete_at, e.last_seen) < newest, false) AS stale
WHERE e.stale <> stale
SET e.stale = stale
RETURN e.id AS id
