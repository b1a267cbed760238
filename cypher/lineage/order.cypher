// name:    lineage.order
// purpose: Jobs that come right before a job, or right after it, because others tell so; no data need flow between them.
// param:   id string - of the job
// param:   way string - UP: those before it; DOWN: those after it
// param:   at datetime - the moment: what was true then
// param:   known datetime - as it was known at this moment; null for what is known now
// returns: hops list - one row, as lineage.step_down
// access:  read
CALL () {
  MATCH (:Job {id: $id})-[e:PRECEDES]->(b:Job)
  WHERE $way = 'DOWN'
  RETURN e, b
  UNION ALL
  MATCH (:Job {id: $id})<-[e:PRECEDES]-(b:Job)
  WHERE $way = 'UP'
  RETURN e, b
}
WITH e, b, coalesce($known, datetime.realtime()) AS known
WHERE e.valid_from <= $at AND CASE WHEN $at < known THEN $at ELSE known END < e.valid_to
  AND e.recorded_at <= known AND known < e.retracted_at
WITH b, collect([$id, type(e), e.provenance, coalesce(e.stale, false), e.last_seen.epochMillis, e.source, null, null, true, [], null]) AS edges
RETURN collect([b.id, 'Job', b.namespace, b.name, null, null, b.coverage, coalesce(b.technical, false), true, edges, null, null]) AS hops
