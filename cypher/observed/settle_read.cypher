// name:    observed.settle_read
// purpose: Takes back what the SQL of jobs no longer says, and says of the rest when its job last made the output.
// param:   jobs list of map {id, keep: list of string - ids of edges; null: all that are there}
// param:   source string - of edges that were read from SQL
// param:   observed string - of observed edges
// param:   now datetime
// returns: edges integer - one row
// access:  write
UNWIND $jobs AS x
MATCH (:Job {id: x.id})-[p:PRODUCES]->(d:Dataset)
WHERE p.source = $observed
CALL (x, d) {
  MATCH (:Field)-[e:FEEDS]->(:Field {dataset: d.id})
  WHERE e.job = x.id AND e.source = $source
  RETURN e
  UNION ALL
  MATCH (:Field)-[e:SHAPES]->(:Dataset {id: d.id})
  WHERE e.job = x.id AND e.source = $source
  RETURN e
}
FOREACH (_ IN CASE WHEN e.last_seen IS NULL OR e.last_seen < p.last_seen THEN [1] ELSE [] END | SET e.last_seen = p.last_seen)
FOREACH (_ IN CASE WHEN x.keep IS NOT NULL AND NOT e.id IN x.keep AND e.retracted_at > $now THEN [1] ELSE [] END | SET e.retracted_at = $now)
RETURN count(e) AS edges
