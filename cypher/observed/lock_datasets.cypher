// name:    observed.lock_datasets
// purpose: Locks the datasets behind names, and says what is known of them.
// param:   names list of string - ids, sorted
// param:   token string - fresh for each attempt
// returns: name string, dataset string, facets string - one row per name that leads to a dataset; facets is JSON
// access:  write
UNWIND $names AS id
MATCH (:DatasetName {id: id})-[:NAMES]->(d:Dataset)
SET d._lock = $token
RETURN id AS name, d.id AS dataset, d.facets AS facets
