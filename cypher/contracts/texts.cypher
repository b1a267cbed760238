// name:    contracts.texts
// purpose: Whole contracts as they were written.
// param:   ids list of string - ids of contracts
// returns: id string, text string - a row for each that exists
// access:  read
UNWIND $ids AS contract_id
MATCH (c:Contract {id: contract_id})
RETURN c.id AS id, c.text AS text
