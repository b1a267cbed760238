// name:    identity.declared_names
// purpose: The names that some datasets are declared to have, beside their own.
// param:   ids list of string - datasets
// returns: id string, dataset string, namespace string, text string, start string, source string - one row each
// access:  read
UNWIND $ids AS id
MATCH (n:DeclaredName {dataset: id})
RETURN n.id AS id, n.dataset AS dataset, n.namespace AS namespace, n.text AS text, n.start AS start, n.source AS source
