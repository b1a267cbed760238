// name:    lineage.control
// purpose: Jobs that are declared to wait for jobs of a frontier, or that these wait for, without data: control edges.
// param:   ids list of string - the frontier: jobs
// param:   way string - UP: those that come first; DOWN: those that wait
// param:   at datetime - the moment: what was true then
// param:   known datetime - as it was known at this moment; null for what is known now
// returns: id string - of the job of the frontier; other string, namespace string, name string, coverage string or null, technical boolean - of the other job; provenance string or null, said_by string, seen datetime or null, state string - of the end that is waited for; one row per edge
// access:  read
CALL () {
  UNWIND CASE WHEN $way = 'DOWN' THEN $ids ELSE [] END AS id
  MATCH (:Job {id: id})-[e:FOLLOWED_BY]->(b:Job)
  RETURN id, e, b
  UNION ALL
  UNWIND CASE WHEN $way = 'UP' THEN $ids ELSE [] END AS id
  MATCH (:Job {id: id})<-[e:FOLLOWED_BY]-(b:Job)
  RETURN id, e, b
}
WITH id, e, b, coalesce($known, datetime.realtime()) AS known
WHERE e.valid_from <= $at AND CASE WHEN $at < known THEN $at ELSE known END < e.valid_to
  AND e.recorded_at <= known AND known < e.retracted_at
RETURN id, b.id AS other, b.namespace AS namespace, b.name AS name, b.coverage AS coverage,
  coalesce(b.technical, false) AS technical, e.provenance AS provenance, e.source AS said_by, e.last_seen AS seen,
  e.state AS state
