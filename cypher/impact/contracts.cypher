// name:    impact.contracts
// purpose: What is checked in some datasets before a version of them is published.
// param:   ids list of string
// returns: contracts list of [contract, ids] - one row; each text once, with those that have it
// access:  read
UNWIND $ids AS id
MATCH (d:Dataset {id: id})
WHERE d.contract CONTAINS '"blocking"'
WITH d.contract AS contract, collect(d.id) AS ids
// One record for all: a record for each would cost the driver more than its content.
RETURN collect([contract, ids]) AS contracts
