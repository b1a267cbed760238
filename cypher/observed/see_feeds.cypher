// name:    observed.see_feeds
// purpose: Columns that were seen to be made from columns. What was seen before is widened: first, last, last complete.
// param:   edges list of map {id, from, to, job, kind, first, last, complete_at} - from and to are ids of fields that are there
// param:   source string
// param:   now datetime
// param:   forever datetime
// returns: id string - one row each
// access:  write
UNWIND $edges AS x
MATCH (a:Field {id: x.from})
MATCH (b:Field {id: x.to})
MERGE (a)-[e:FEEDS {id: x.id}]->(b)
ON CREATE SET e.source = $source, e.provenance = 'observed', e.job = x.job, e.kind = x.kind, e.stale = false,
  e.valid_from = x.first, e.valid_to = $forever, e.recorded_at = $now, e.retracted_at = $forever, e.last_seen = x.last
FOREACH (_ IN CASE WHEN x.first < e.valid_from THEN [1] ELSE [] END | SET e.valid_from = x.first)
FOREACH (_ IN CASE WHEN x.last > e.last_seen THEN [1] ELSE [] END | SET e.last_seen = x.last)
FOREACH (_ IN CASE WHEN e.complete_at IS NULL OR x.complete_at > e.complete_at THEN [1] ELSE [] END | SET e.complete_at = x.complete_at)
RETURN e.id AS id
