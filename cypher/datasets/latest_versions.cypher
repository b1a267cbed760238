// name:    datasets.latest_versions
// purpose: For each dataset, the current version of the newest partition that has one.
// param:   ids list of string - dataset ids
// returns: dataset string, version string - no row for a dataset without a published version
// access:  read
UNWIND $ids AS dataset_id
CALL (dataset_id) {
  MATCH (p:Partition {dataset: dataset_id})-[:CURRENT]->(v:DatasetVersion)
  RETURN v.id AS version
  ORDER BY p.key DESC
  LIMIT 1
}
RETURN dataset_id AS dataset, version
