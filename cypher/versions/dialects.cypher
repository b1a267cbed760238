// name:    versions.dialects
// purpose: For each dataset, what was found in the version that was published last among those that show a sniffed dialect and are current.
// param:   datasets list of string - ids
// returns: dataset string, version string, metrics string - no row for a dataset where no current version shows one
// access:  read
UNWIND $datasets AS dataset_id
CALL (dataset_id) {
  MATCH (p:Partition {dataset: dataset_id})-[:CURRENT]->(v:DatasetVersion)
  WHERE v.metrics CONTAINS '"dialect": {'  // the names of columns in it lead to numbers
  RETURN v.id AS version, v.metrics AS metrics
  ORDER BY v.published_at DESC, v.id DESC
  LIMIT 1
}
RETURN dataset_id AS dataset, version, metrics
