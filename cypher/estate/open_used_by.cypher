// name:    estate.open_used_by
// purpose: From now on these jobs and consumers use these columns.
// param:   edges list of map {id, source, target, properties}
// param:   source string - whose declaration it is
// param:   now datetime
// param:   forever datetime
// returns: id string - one row each
// access:  write
UNWIND $edges AS x
MATCH (a:Field {id: x.source})
OPTIONAL MATCH (j:Job {id: x.target})
OPTIONAL MATCH (c:Consumer {id: x.target})
WITH x, a, coalesce(j, c) AS b
WHERE b IS NOT NULL
CREATE (a)-[e:USED_BY {id: x.id, source: $source, valid_from: $now, valid_to: $forever, recorded_at: $now,
  retracted_at: $forever, last_seen: $now, stale: false}]->(b)
SET e += x.properties
RETURN e.id AS id
