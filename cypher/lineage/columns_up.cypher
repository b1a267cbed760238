// name:    lineage.columns_up
// purpose: One hop upstream from columns: what they are made from, what shapes their dataset, and which jobs make it in a way that is not known by column.
// param:   ids list of string - the frontier: fields
// param:   beside list of map {id, dataset} - the other datasets that the one of a field is one with
// param:   at datetime - the moment: what was true then
// param:   known datetime - as it was known at this moment; null for what is known now
// returns: hops list - one row, as lineage.step_down; namespace and name are those of the dataset, the job or the consumer
// access:  read
CALL () {
  UNWIND $ids AS id
  MATCH (:Field {id: id})<-[e:FEEDS]-(b:Field)
  RETURN id, e, b, null AS only
  UNION ALL
  UNWIND $ids AS id
  MATCH (f:Field {id: id})
  MATCH (:Dataset {id: f.dataset})<-[e:SHAPES]-(b:Field)
  RETURN id, e, b, null AS only
  UNION ALL
  UNWIND $ids AS id
  MATCH (f:Field {id: id})
  MATCH (:Dataset {id: f.dataset})<-[e:PRODUCES]-(b:Job)
  WHERE NOT coalesce(b.columns_known, false) OR size(coalesce(b.unresolved, [])) > 0 OR b.coverage IS NOT NULL
  RETURN id, e, b, e.made_from AS only
  UNION ALL
  UNWIND $beside AS x
  MATCH (:Dataset {id: x.dataset})<-[e:SHAPES]-(b:Field)
  RETURN x.id AS id, e, b, null AS only
  UNION ALL
  UNWIND $beside AS x
  MATCH (:Dataset {id: x.dataset})<-[e:PRODUCES]-(b:Job)
  WHERE NOT coalesce(b.columns_known, false) OR size(coalesce(b.unresolved, [])) > 0 OR b.coverage IS NOT NULL
  RETURN x.id AS id, e, b, e.made_from AS only
}
WITH id, e, b, only, coalesce($known, datetime.realtime()) AS known
// What ends by being closed was not known to end before: a moment after `known` sees it open.
WHERE e.valid_from <= $at AND CASE WHEN $at < known THEN $at ELSE known END < e.valid_to
  AND e.recorded_at <= known AND known < e.retracted_at
WITH b, collect([id, type(e), e.provenance, coalesce(e.stale, false), e.last_seen.epochMillis, e.source, e.job, e.kind,
  coalesce(e.required, true), coalesce(e.columns, []), only]) AS edges
OPTIONAL MATCH (of:Dataset {id: b.dataset})
RETURN collect([b.id, labels(b)[0], coalesce(of.namespace, b.namespace), coalesce(of.name, b.name), b.path, null, null,
  coalesce(of.technical, b.technical, false), coalesce(b.columns_known, false) AND size(coalesce(b.unresolved, [])) = 0 AND b.coverage IS NULL, edges,
  coalesce(of.entity, b.entity), null]) AS hops
