// name:    observed.see_order
// purpose: Jobs that were told to come one after the other, with or without data between them. What was seen before is widened; what the same teller lacks later is stale.
// param:   others list of map {id, namespace, name} - the jobs that are spoken of, sorted by id
// param:   edges list of map {id, from, to, teller, first, last} - ids of jobs that are there, or among the others
// param:   tellers list of map {id, at} - jobs that told of their order, and when they last did
// param:   source string
// param:   now datetime
// param:   forever datetime
// returns: id string - one row per teller
// access:  write
FOREACH (x IN $others |
  MERGE (j:Job {id: x.id})
  ON CREATE SET j.namespace = x.namespace, j.name = x.name)
WITH 1 AS one
CALL () {
  UNWIND $edges AS x
  MATCH (a:Job {id: x.from})
  MATCH (b:Job {id: x.to})
  MERGE (a)-[e:PRECEDES {id: x.id}]->(b)
  ON CREATE SET e.source = $source, e.provenance = 'observed', e.job = x.teller, e.stale = false, e.valid_from = x.first,
    e.valid_to = $forever, e.recorded_at = $now, e.retracted_at = $forever, e.last_seen = x.last
  FOREACH (_ IN CASE WHEN x.first < e.valid_from THEN [1] ELSE [] END | SET e.valid_from = x.first)
  FOREACH (_ IN CASE WHEN x.last > e.last_seen THEN [1] ELSE [] END | SET e.last_seen = x.last)
  RETURN count(*) AS seen
}
UNWIND $tellers AS t
MATCH (j:Job {id: t.id})
SET j.order_at = CASE WHEN j.order_at IS NULL OR t.at > j.order_at THEN t.at ELSE j.order_at END
WITH j
OPTIONAL MATCH (j)-[e:PRECEDES]-(:Job)
WHERE e.job = j.id
SET e.stale = e.last_seen < j.order_at
RETURN DISTINCT j.id AS id
