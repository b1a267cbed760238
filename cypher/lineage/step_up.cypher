// name:    lineage.step_up
// purpose: One hop upstream from a frontier, over datasets, jobs and consumers, as it was true at one moment.
// param:   ids list of string - the frontier: datasets, jobs, consumers
// param:   at datetime - the moment
// returns: source string, target string, kind string, provenance string, stale boolean, last_seen datetime, required boolean, columns list, node string, label string, namespace string, name string, columns_known boolean - one row per edge; node is the new end of it, columns_known is for jobs
// access:  read
// ArcadeDB looks an id up by index for one label only, so each label is asked by itself.
UNWIND $ids AS id
OPTIONAL MATCH (d:Dataset {id: id})
OPTIONAL MATCH (j:Job {id: id})
OPTIONAL MATCH (c:Consumer {id: id})
WITH id, coalesce(d, j, c) AS a
MATCH (a)<-[e:CONSUMED_BY|PRODUCES]-(b:Dataset|Job)
WHERE e.valid_from <= $at AND $at < e.valid_to AND e.retracted_at > datetime.realtime()
RETURN b.id AS source, id AS target, type(e) AS kind, e.provenance AS provenance, coalesce(e.stale, false) AS stale, e.last_seen AS last_seen,
       coalesce(e.required, true) AS required, coalesce(e.columns, []) AS columns,
       b.id AS node, labels(b)[0] AS label, b.namespace AS namespace, b.name AS name,
       coalesce(b.columns_known, false) AND size(coalesce(b.unresolved, [])) = 0 AS columns_known
