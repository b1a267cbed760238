// name:    readiness.dataset_names
// purpose: What the datasets of needs are called.
// param:   ids list of string
// returns: id string, namespace string, name string - one row each
// access:  read
UNWIND $ids AS id
MATCH (d:Dataset {id: id})
RETURN d.id AS id, d.namespace AS namespace, d.name AS name
