// name:    imports.remember
// purpose: From now on a source speaks of these things.
// param:   scope string - id of its Scope
// param:   ids list of string - datasets, jobs, consumers
// returns: id string - one row each
// access:  write
// ArcadeDB looks an id up by index for one label only, so each label is asked by itself.
MATCH (s:Scope {id: $scope})
UNWIND $ids AS id
OPTIONAL MATCH (d:Dataset {id: id})
OPTIONAL MATCH (j:Job {id: id})
OPTIONAL MATCH (c:Consumer {id: id})
WITH s, coalesce(d, j, c) AS n
WHERE n IS NOT NULL
MERGE (s)-[:SPEAKS_OF]->(n)
RETURN n.id AS id
