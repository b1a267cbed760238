// name:    checks.newest_keys
// purpose: For each dataset, the newest partition of which readers get something.
// param:   datasets list of string - ids
// returns: dataset string, key string - no row for a dataset without a published version
// access:  read
UNWIND $datasets AS dataset_id
CALL (dataset_id) {
  MATCH (p:Partition {dataset: dataset_id})-[:CURRENT]->(:DatasetVersion)
  RETURN p.key AS key
  ORDER BY p.key DESC
  LIMIT 1
}
RETURN dataset_id AS dataset, key
