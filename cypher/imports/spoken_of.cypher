// name:    imports.spoken_of
// purpose: What a source speaks of, whoever declares it.
// param:   scope string - id of its Scope
// returns: id string, label string - one row each
// access:  read
MATCH (:Scope {id: $scope})-[:SPEAKS_OF]->(n:Dataset|Job|Consumer)
RETURN n.id AS id, labels(n)[0] AS label
