// name:    imports.forget
// purpose: A source no longer speaks of these things. What it said of them is told by the closed edges.
// param:   scope string - id of its Scope
// param:   ids list of string - datasets, jobs, consumers
// returns: id string - one row each
// access:  write
MATCH (:Scope {id: $scope})-[e:SPEAKS_OF]->(n:Dataset|Job|Consumer)
WHERE n.id IN $ids
WITH e, n.id AS id
DELETE e
RETURN id
