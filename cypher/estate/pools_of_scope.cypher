// name:    estate.pools_of_scope
// purpose: The pools that a scope declared, those retired since as well.
// param:   scope string
// returns: id string - one row each
// access:  read
MATCH (p:Pool {scope: $scope})
RETURN p.id AS id
