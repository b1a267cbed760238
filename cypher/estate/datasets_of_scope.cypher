// name:    estate.datasets_of_scope
// purpose: The datasets that a scope declared, those retired since as well.
// param:   scope string
// returns: id string - one row each
// access:  read
MATCH (d:Dataset {scope: $scope})
RETURN d.id AS id
