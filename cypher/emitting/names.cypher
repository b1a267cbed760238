// name:    emitting.names
// purpose: Every name of some datasets; their own is one of them.
// param:   ids list of string
// returns: dataset - id; namespace, name - in order
// access:  read
UNWIND $ids AS id
MATCH (d:Dataset {id: id})<-[:NAMES]-(n:DatasetName)
RETURN d.id AS dataset, n.namespace AS namespace, n.name AS name
ORDER BY dataset, namespace, name
