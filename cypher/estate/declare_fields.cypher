// name:    estate.declare_fields
// purpose: The columns that declarations speak of. A field is a dataset and a path, and stays.
// param:   fields list of map {id, dataset, path}
// returns: id string - one row each
// access:  write
UNWIND $fields AS x
MERGE (f:Field {id: x.id})
ON CREATE SET f.dataset = x.dataset, f.path = x.path
RETURN f.id AS id
