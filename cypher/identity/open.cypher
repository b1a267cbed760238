// name:    identity.open
// purpose: From now on datasets are declared to be others under one of their names.
// param:   evidence list of map {id, source, target, said_by, partition} - source: the dataset that declares the name
// param:   now datetime
// param:   forever datetime
// returns: id string - one row each
// access:  write
UNWIND $evidence AS x
MATCH (a:Dataset {id: x.source})
MATCH (b:Dataset {id: x.target})
CREATE (a)-[e:SAME_AS {id: x.id, kind: 'declared', form: '', source: x.said_by, provenance: 'declared', partition: x.partition,
  valid_from: $now, valid_to: $forever, recorded_at: $now, retracted_at: $forever, last_seen: $now}]->(b)
FOREACH (_ IN CASE WHEN b.scope IS NULL THEN [1] ELSE [] END | REMOVE b.retired_at)
RETURN e.id AS id
