// name:    listing.dataset_names
// purpose: The names of some datasets.
// param:   ids list of string - of datasets
// returns: id string, namespace string, name string - one row for each that exists
// access:  read
UNWIND $ids AS id
MATCH (d:Dataset {id: id})
RETURN d.id AS id, d.namespace AS namespace, d.name AS name
