// name:    lineage.columns_of_reader
// purpose: The columns that a job or a consumer is known to use.
// param:   ids list of string - jobs, consumers
// param:   at datetime - the moment: what was true then
// param:   known datetime - as it was known at this moment; null for what is known now
// returns: hops list - one row, as lineage.step_down; namespace and name are those of the dataset, the job or the consumer
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
  coalesce(e.required, true), coalesce(e.columns, []), null]) AS edges
OPTIONAL MATCH (of:Dataset {id: b.dataset})
RETURN collect([b.id, labels(b)[0], coalesce(of.namespace, b.namespace), coalesce(of.name, b.name), b.path, null, null,
  coalesce(of.technical, b.technical, false), coalesce(b.columns_known, false) AND size(coalesce(b.unresolved, [])) = 0 AND b.coverage IS NULL, edges,
  coalesce(of.entity, b.entity), null]) AS hops
