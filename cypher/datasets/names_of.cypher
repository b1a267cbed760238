// name:    datasets.names_of
// purpose: Every name of a dataset; its own is one of them.
// param:   id string - of the dataset
// returns: namespace string, name string - in order
// access:  read
MATCH (d:Dataset {id: $id})<-[:NAMES]-(n:DatasetName)
RETURN n.namespace AS namespace, n.name AS name
ORDER BY namespace, name
