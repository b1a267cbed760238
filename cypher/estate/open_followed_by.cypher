// name:    estate.open_followed_by
// purpose: From now on these jobs wait for others, without data.
// param:   edges list of map {id, source, target, properties}
// param:   source string - whose declaration it is
// param:   now datetime
// param:   forever datetime
// returns: id string - one row each
// access:  write
UNWIND $edges AS x
MATCH (a:Job {id: x.source})
MATCH (b:Job {id: x.target})
CREATE (a)-[e:FOLLOWED_BY {id: x.id, source: $source, valid_from: $now, valid_to: $forever, recorded_at: $now,
  retracted_at: $forever, last_seen: $now, stale: false}]->(b)
SET e += x.properties
RETURN e.id AS id
