// name:    store.applied_migrations
// purpose: Which migrations this graph has.
// returns: id string - one row each; none on a new graph
// access:  read
MATCH (m:Migration)
RETURN m.id AS id
