// name:    identity.tied
// purpose: Every dataset that evidence ties to another one, or that says it is one with others.
// param:   after string - in order of ids, only those after this one
// param:   most integer
// returns: id string - in order
// access:  read
MATCH (d:Dataset)
WHERE d.id > $after AND (d.entity IS NOT NULL OR EXISTS { MATCH (d)-[:SAME_AS]-(:Dataset) })
RETURN d.id AS id
ORDER BY id
LIMIT $most
