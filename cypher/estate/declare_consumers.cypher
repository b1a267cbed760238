// name:    estate.declare_consumers
// purpose: Creates consumers or changes what is declared of them. A property that is null is removed; so is the mark of a retired one.
// param:   nodes list of map {id, properties}
// returns: id string - one row each
// access:  write
UNWIND $nodes AS x
MERGE (c:Consumer {id: x.id})
SET c += x.properties
REMOVE c.retired_at
RETURN c.id AS id
