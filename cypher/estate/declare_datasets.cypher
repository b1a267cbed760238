// name:    estate.declare_datasets
// purpose: Creates datasets or changes what is declared of them. A property that is null is removed; so is the mark of a retired one.
// param:   nodes list of map {id, properties}
// returns: id string - one row each
// access:  write
UNWIND $nodes AS x
MERGE (d:Dataset {id: x.id})
SET d += x.properties
REMOVE d.retired_at
RETURN d.id AS id
