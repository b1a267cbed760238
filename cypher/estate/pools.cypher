// name:    estate.pools
// purpose: Some pools as they are declared now.
// param:   ids list of string - ids of pools
// returns: id string, alive boolean, properties map - a row for each that exists
// access:  read
UNWIND $ids AS pool_id
MATCH (p:Pool {id: pool_id})
RETURN p.id AS id, p.retired_at IS NULL AS alive, p {.namespace, .name, .kind, .subject, .slots, .scope} AS properties
