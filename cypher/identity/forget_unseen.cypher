// name:    identity.forget_unseen
// purpose: Retires datasets that were only a declared name of another one: nobody ever saw them.
// param:   ids list of string
// param:   now datetime
// returns: id string - one row for each
// access:  write
UNWIND $ids AS id
MATCH (d:Dataset {id: id})
WHERE d.scope IS NULL AND d.facets IS NULL AND NOT EXISTS { MATCH (d)-[:CONSUMED_BY|PRODUCES|SHOWED]-() }
  AND NOT EXISTS { MATCH (d)-[e:SAME_AS]-(:Dataset) WHERE e.valid_to > $now }
SET d.retired_at = $now
RETURN d.id AS id
