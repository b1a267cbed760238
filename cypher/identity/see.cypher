// name:    identity.see
// purpose: What was seen to say that two datasets are one. What was seen before is widened: first and last.
// param:   evidence list of map {id, kind, form, source, target, first, last} - source and target: ids of datasets, sorted by id
// param:   said_by string - the source
// param:   now datetime
// param:   forever datetime
// returns: id string, source string, target string, fresh boolean - one row each; fresh: what follows from it may have changed
// access:  write
UNWIND $evidence AS x
MATCH (a:Dataset {id: x.source})
MATCH (b:Dataset {id: x.target})
MERGE (a)-[e:SAME_AS {id: x.id}]->(b)
ON CREATE SET e.kind = x.kind, e.form = x.form, e.source = $said_by, e.provenance = 'observed', e.valid_from = x.first,
  e.valid_to = $forever, e.recorded_at = $now, e.retracted_at = $forever, e.last_seen = x.last
WITH x, e, e.recorded_at = $now OR (e.kind = 'rename' AND x.last > e.last_seen) AS fresh
FOREACH (_ IN CASE WHEN x.first < e.valid_from THEN [1] ELSE [] END | SET e.valid_from = x.first)
FOREACH (_ IN CASE WHEN x.last > e.last_seen THEN [1] ELSE [] END | SET e.last_seen = x.last)
RETURN e.id AS id, x.source AS source, x.target AS target, fresh
