// name:    verify.state_names
// purpose: For the hash of the state: which name leads to which dataset, the one that stands for all where several are one.
// returns: name string, dataset string - one row each, unordered
// access:  read
MATCH (n:DatasetName)-[:NAMES]->(d:Dataset)
RETURN n.namespace + '/' + n.name AS name, coalesce(d.entity, d.id) AS dataset
