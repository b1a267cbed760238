// name:    observed.settle_jobs
// purpose: Says of each observed edge of some jobs whether it is stale: later complete runs were seen without it.
// param:   jobs list of string - ids
// param:   source string
// returns: id string - one row per edge that changed
// access:  write
UNWIND $jobs AS id
MATCH (j:Job {id: id})
CALL (j) {
  MATCH (j)<-[e:CONSUMED_BY]-(:Dataset)
  WHERE e.source = $source
  RETURN collect(e) AS edges, max(e.complete_at) AS newest
  UNION ALL
  MATCH (j)-[e:PRODUCES]->(:Dataset)
  WHERE e.source = $source
  RETURN collect(e) AS edges, max(e.complete_at) AS newest
}
UNWIND edges AS e
WITH e, coalesce(coalesce(e.complete_at, e.last_seen) < newest, false) AS stale
WHERE e.stale <> stale
SET e.stale = stale
RETURN e.id AS id
