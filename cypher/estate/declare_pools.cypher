// name:    estate.declare_pools
// purpose: Creates pools or changes what is declared of them; that a person has lowered one stays. The mark of a retired one is removed.
// param:   nodes list of map {id, properties}
// returns: id string - one row each
// access:  write
UNWIND $nodes AS x
MERGE (p:Pool {id: x.id})
SET p += x.properties
REMOVE p.retired_at
RETURN p.id AS id
