// name:    estate.retire
// purpose: Marks what a scope no longer declares. It stays, with its history.
// param:   ids list of string - ids of datasets, jobs and consumers
// param:   now datetime
// returns: id string - one row each
// access:  write
UNWIND $ids AS id
MATCH (n:Dataset|Job|Consumer {id: id})
SET n.retired_at = $now
RETURN n.id AS id
