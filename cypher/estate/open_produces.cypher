// name:    estate.open_produces
// purpose: From now on these jobs make these datasets.
// param:   edges list of map {id, source, target, properties}
// param:   source string - whose declaration it is
// param:   now datetime
// param:   forever datetime
// returns: id string - one row each
// access:  write
UNWIND $edges AS x
MATCH (a:Job {id: x.source})
MATCH (b:Dataset {id: x.target})
CREATE (a)-[e:PRODUCES {id: x.id, source: $source, valid_from: $now, valid_to: $forever, recorded_at: $now,
  retracted_at: $forever, last_seen: $now, stale: false}]->(b)
SET e += x.properties
RETURN e.id AS id
