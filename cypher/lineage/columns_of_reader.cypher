// name:    lineage.columns_of_reader
// purpose: The columns that a job or a consumer is known to use.
// param:   ids list of string - jobs, consumers
// param:   at datetime - the moment
// returns: source string, target string, kind string, provenance string, stale boolean, last_seen datetime, job string, node string, label string, namespace string, name string, path string, columns_known boolean - one row per edge, as lineage.columns_up
// access:  read
// ArcadeDB looks an id up by index for one label only, so each label is asked by itself.
UNWIND $ids AS id
OPTIONAL MATCH (j:Job {id: id})
OPTIONAL MATCH (c:Consumer {id: id})
WITH id, coalesce(j, c) AS a
MATCH (a)<-[e:USED_BY]-(b:Field)
WHERE e.valid_from <= $at AND $at < e.valid_to AND e.retracted_at > datetime.realtime()
OPTIONAL MATCH (of:Dataset {id: b.dataset})
RETURN b.id AS source, id AS target, type(e) AS kind, e.provenance AS provenance, coalesce(e.stale, false) AS stale,
       e.last_seen AS last_seen, e.job AS job, b.id AS node, labels(b)[0] AS label,
       of.namespace AS namespace, of.name AS name, b.path AS path, true AS columns_known
