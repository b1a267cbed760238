// name:    arrivals.known
// purpose: Which of these versions exist.
// param:   versions list of string - ids
// returns: id string - one row each, of those that exist
// access:  read
UNWIND $versions AS id
MATCH (v:DatasetVersion {id: id})
RETURN v.id AS id
