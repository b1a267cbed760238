// name:    lineage.step_down
// purpose: One hop downstream from a frontier, over datasets, jobs and consumers, as it was true at one moment.
// param:   ids list of string - the frontier: datasets, jobs
// param:   at datetime - the moment: what was true then
// param:   known datetime - as it was known at this moment; null for what is known now
// returns: hops list - one row, with a list for each node that an edge leads to: [id, label, namespace, name, column, partition, state (of a job: PARTIAL where not all of it is known), technical, columns_known (of a job), edges, entity (of a dataset that is one with others: the one that stands for all), dropped_at in ms]; an edge is [its end in the frontier, kind, provenance, stale, last_seen in ms, source, job, flow, required, columns, only (names of what goes through a job only where it is named; null: everything)]
// access:  read
// Each label is asked by itself, so that both engines look ids up by index.
CALL () {
  UNWIND $ids AS id
  MATCH (:Dataset {id: id})-[e:CONSUMED_BY]->(b:Job|Consumer)
  RETURN id, e, b, CASE WHEN b.paired THEN [e.named] END AS only
  UNION ALL
  UNWIND $ids AS id
  MATCH (:Job {id: id})-[e:PRODUCES]->(b:Dataset)
  RETURN id, e, b, e.made_from AS only
}
WITH id, e, b, only, coalesce($known, datetime.realtime()) AS known
// What ends by being closed was not known to end before: a moment after `known` sees it open.
WHERE e.valid_from <= $at AND CASE WHEN $at < known THEN $at ELSE known END < e.valid_to
  AND e.recorded_at <= known AND known < e.retracted_at
WITH b, collect([id, type(e), e.provenance, coalesce(e.stale, false), e.last_seen.epochMillis, e.source, e.job, e.kind,
  coalesce(e.required, true), coalesce(e.columns, []), only]) AS edges
// One record for all: a record for each would cost the driver more than its content.
RETURN collect([b.id, labels(b)[0], b.namespace, b.name, null, null, b.coverage, coalesce(b.technical, false),
  coalesce(b.columns_known, false) AND size(coalesce(b.unresolved, [])) = 0 AND b.coverage IS NULL, edges,
  b.entity, b.dropped_at.epochMillis]) AS hops
