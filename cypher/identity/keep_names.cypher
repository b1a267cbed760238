// name:    identity.keep_names
// purpose: Names that datasets are declared to have from now on.
// param:   names list of map {id, dataset, namespace, text, start, source}
// returns: id string - one row each
// access:  write
UNWIND $names AS x
MERGE (n:DeclaredName {id: x.id})
SET n.dataset = x.dataset, n.namespace = x.namespace, n.text = x.text, n.start = x.start, n.source = x.source
RETURN n.id AS id
