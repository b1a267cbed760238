// name:    estate.open_has_schema
// purpose: From now on these datasets are declared to have these schemas.
// param:   edges list of map {id, source, target, properties}
// param:   source string - whose declaration it is
// param:   now datetime
// param:   forever datetime
// returns: id string - one row each
// access:  write
UNWIND $edges AS x
MATCH (a:Dataset {id: x.source})
MATCH (b:SchemaVersion {id: x.target})
CREATE (a)-[e:HAS_SCHEMA {id: x.id, source: $source, valid_from: $now, valid_to: $forever, recorded_at: $now,
  retracted_at: $forever, last_seen: $now, stale: false}]->(b)
SET e += x.properties, a.schema_news = true
RETURN e.id AS id
