// name:    identity.tied_of
// purpose: Which of some datasets evidence ties to others.
// param:   ids list of string
// returns: id string - one row for each that is
// access:  read
UNWIND $ids AS id
MATCH (d:Dataset {id: id})
WHERE EXISTS { MATCH (d)-[:SAME_AS]-(:Dataset) }
RETURN d.id AS id
