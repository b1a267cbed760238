// name:    estate.consumers_of_scope
// purpose: The consumers that a scope declared, those retired since as well.
// param:   scope string
// returns: id string - one row each
// access:  read
MATCH (c:Consumer {scope: $scope})
RETURN c.id AS id
