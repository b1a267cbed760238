// name:    impact.contracts
// purpose: What is checked in some datasets before a version of them is published.
// param:   ids list of string
// returns: id string, contract string - one row for each that has one
// access:  read
UNWIND $ids AS id
MATCH (d:Dataset {id: id})
WHERE d.contract CONTAINS '"blocking"'
RETURN d.id AS id, d.contract AS contract
