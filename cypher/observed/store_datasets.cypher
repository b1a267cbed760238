// name:    observed.store_datasets
// purpose: What is known now of datasets, after what was said of them.
// param:   nodes list of map {id, properties}
// returns: id string - one row each
// access:  write
UNWIND $nodes AS x
MATCH (n:Dataset {id: x.id})
SET n += x.properties
RETURN n.id AS id
