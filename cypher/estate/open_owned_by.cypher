// name:    estate.open_owned_by
// purpose: From now on these things are owned by these people.
// param:   edges list of map {id, source, target, properties, owner}
// param:   source string - whose declaration it is
// param:   now datetime
// param:   forever datetime
// returns: id string - one row each
// access:  write
UNWIND $edges AS x
OPTIONAL MATCH (d:Dataset {id: x.source})
OPTIONAL MATCH (j:Job {id: x.source})
OPTIONAL MATCH (c:Consumer {id: x.source})
WITH x, coalesce(d, j, c) AS n
WHERE n IS NOT NULL
MERGE (o:Owner {id: x.target})
ON CREATE SET o.name = x.owner
CREATE (n)-[e:OWNED_BY {id: x.id, source: $source, valid_from: $now, valid_to: $forever, recorded_at: $now,
  retracted_at: $forever}]->(o)
SET e += x.properties
RETURN e.id AS id
