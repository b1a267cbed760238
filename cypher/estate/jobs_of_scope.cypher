// name:    estate.jobs_of_scope
// purpose: The jobs that a scope declared, those retired since as well.
// param:   scope string
// returns: id string - one row each
// access:  read
MATCH (j:Job {scope: $scope})
RETURN j.id AS id
