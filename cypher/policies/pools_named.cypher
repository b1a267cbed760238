// name:    policies.pools_named
// purpose: The pools that jobs may name.
// returns: id, namespace, name - one row each
// access:  read
MATCH (p:Pool)
WHERE p.kind = 'pool' AND p.retired_at IS NULL
RETURN p.id AS id, p.namespace AS namespace, p.name AS name
