// name:    lineage.columns_of_reader
// purpose: The columns that a job or a consumer is known to use.
// param:   ids list of string - jobs, consumers
// param:   at datetime - the moment: what was true then
// param:   known datetime - as it was known at this moment; null for what is known now
// returns: node string, label string, namespace string, name string, path string, technical boolean, columns_known boolean, edges list of list - as lineage.columns_up; namespace and name of a field are those of its dataset
// access:  read
// Each label is asked by itself, so that both engines look ids up by index.
CALL () {
  UNWIND $ids AS id
  MATCH (:Job {id: id})<-[e:USED_BY]-(b:Field)
  RETURN id, e, b
  UNION ALL
  UNWIND $ids AS id
  MATCH (:Consumer {id: id})<-[e:USED_BY]-(b:Field)
  RETURN id, e, b
}
WITH id, e, b, coalesce($known, datetime.realtime()) AS known
// What ends by being closed was not known to end before: a moment after `known` sees it open.
WHERE e.valid_from <= $at AND CASE WHEN $at < known THEN $at ELSE known END < e.valid_to
  AND e.recorded_at <= known AND known < e.retracted_at
WITH b, collect([id, type(e), e.provenance, coalesce(e.stale, false), e.last_seen.epochMillis, e.source, e.job, e.kind,
  coalesce(e.required, true), coalesce(e.columns, [])]) AS edges
OPTIONAL MATCH (of:Dataset {id: b.dataset})
RETURN b.id AS node, labels(b)[0] AS label, coalesce(of.namespace, b.namespace) AS namespace,
       coalesce(of.name, b.name) AS name, b.path AS path, coalesce(of.technical, b.technical, false) AS technical,
       coalesce(b.columns_known, false) AND size(coalesce(b.unresolved, [])) = 0 AS columns_known, edges
