// name:    deadlines.arrivals_of
// purpose: When the partitions of some datasets first had a good version, by their newest versions. By index, newest first.
// param:   datasets list of string - dataset ids
// param:   most integer - how many versions of each dataset
// returns: dataset string, key string, at datetime - one row per partition, unordered
// access:  read
UNWIND $datasets AS dataset_id
CALL (dataset_id) {
  MATCH (v:DatasetVersion {dataset: dataset_id})
  WHERE v.reported_at <= datetime('9999-12-31T00:00:00Z') AND v.published_at IS NOT NULL
  RETURN v ORDER BY v.reported_at DESC LIMIT $most
}
RETURN dataset_id AS dataset, v.key AS key, min(v.published_at) AS at
