// name:    identity.names_under
// purpose: The datasets that have a name which begins so, with a slash before it or without.
// param:   ids list of map {namespace, start}
// returns: id string - of the dataset; one row each
// access:  read
UNWIND $ids AS x
CALL (x) {
  MATCH (n:DatasetName)
  WHERE n.namespace = x.namespace AND n.name STARTS WITH x.start
  RETURN n
  UNION ALL
  MATCH (n:DatasetName)
  WHERE n.namespace = x.namespace AND n.name STARTS WITH '/' + x.start
  RETURN n
}
MATCH (n)-[:NAMES]->(d:Dataset)
RETURN DISTINCT d.id AS id
