// name:    identity.may_be
// purpose: Each name of some datasets with each declared name of another dataset that begins as it does. A dataset that an estate declares itself is none of another one's names.
// param:   ids list of string - datasets
// returns: id string, namespace string, name string, dataset string, text string, source string, partition_every string, partition_from string, partition_details string - one row each; dataset: the one that declares it, with its partitions
// access:  read
UNWIND $ids AS id
MATCH (d:Dataset {id: id})<-[:NAMES]-(n:DatasetName)
WHERE d.scope IS NULL OR d.retired_at IS NOT NULL OR d.scope STARTS WITH 'import:'
MATCH (p:DeclaredName {namespace: n.namespace})
WHERE n.name STARTS WITH p.start OR n.name STARTS WITH '/' + p.start
MATCH (of:Dataset {id: p.dataset})
RETURN id, n.namespace AS namespace, n.name AS name, p.dataset AS dataset, p.text AS text, p.source AS source,
  of.partition_every AS partition_every, of.partition_from AS partition_from, of.partition_details AS partition_details
