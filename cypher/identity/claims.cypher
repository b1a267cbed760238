// name:    identity.claims
// purpose: Whose some names are: those who declare them for a dataset of theirs, and the estates that declare a dataset called so.
// param:   names list of map {key, id, namespace, text} - id: of the dataset name; text: as it is declared
// returns: key string, dataset string, namespace string, name string, scope string - one row each
// access:  read
CALL () {
  UNWIND $names AS x
  MATCH (p:DeclaredName {namespace: x.namespace})
  WHERE p.text = x.text
  MATCH (d:Dataset {id: p.dataset})
  RETURN x.key AS key, d
  UNION
  UNWIND $names AS x
  MATCH (:DatasetName {id: x.id})-[:NAMES]->(d:Dataset)
  RETURN x.key AS key, d
}
WITH key, d
WHERE d.scope IS NOT NULL AND NOT d.scope STARTS WITH 'import:' AND d.retired_at IS NULL
RETURN key, d.id AS dataset, d.namespace AS namespace, d.name AS name, d.scope AS scope
