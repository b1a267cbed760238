// name:    lineage.columns_down
// purpose: One hop downstream from columns: what is made from them, and who reads their dataset in a way that is not known by column.
// param:   ids list of string - the frontier: fields
// param:   at datetime - the moment
// returns: source string, target string, kind string, provenance string, stale boolean, last_seen datetime, job string, node string, label string, namespace string, name string, path string, columns_known boolean - one row per edge; node is the new end of it, namespace and name of a field are those of its dataset
// access:  read
CALL () {
  UNWIND $ids AS id
  MATCH (f:Field {id: id})-[e:FEEDS|SHAPES|USED_BY]->(b:Field|Dataset|Job|Consumer)
  RETURN id, e, b
  UNION ALL
  UNWIND $ids AS id
  MATCH (f:Field {id: id})
  MATCH (:Dataset {id: f.dataset})-[e:CONSUMED_BY]->(b:Job|Consumer)
  WHERE (b:Job AND (NOT coalesce(b.columns_known, false) OR size(coalesce(b.unresolved, [])) > 0))
     OR (b:Consumer AND size(coalesce(e.columns, [])) = 0)
  RETURN id, e, b
}
WITH id, e, b
WHERE e.valid_from <= $at AND $at < e.valid_to AND e.retracted_at > datetime.realtime()
OPTIONAL MATCH (of:Dataset {id: b.dataset})
RETURN id AS source, b.id AS target, type(e) AS kind, e.provenance AS provenance, coalesce(e.stale, false) AS stale,
       e.last_seen AS last_seen, e.job AS job, b.id AS node, labels(b)[0] AS label,
       coalesce(of.namespace, b.namespace) AS namespace, coalesce(of.name, b.name) AS name, b.path AS path,
       type(e) <> 'CONSUMED_BY' AND (NOT b:Job OR (coalesce(b.columns_known, false) AND size(coalesce(b.unresolved, [])) = 0)) AS columns_known
