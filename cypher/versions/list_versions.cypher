// name:    versions.list_versions
// purpose: One page of versions, newest report first, for each of some datasets.
// param:   datasets list of string - dataset ids
// param:   partition string - only versions of the partition with this key; null: any
// param:   after string - id of the last version of the page before; null: the first page
// param:   limit integer - how many for each dataset
// returns: dataset string, id string - in order within a dataset
// access:  read
OPTIONAL MATCH (last:DatasetVersion {id: $after})
WITH last.id AS last_id, coalesce(last.reported_at, datetime('9999-12-31T00:00:00Z')) AS last_time
UNWIND $datasets AS dataset_id
CALL (dataset_id, last_id, last_time) {
  MATCH (v:DatasetVersion {dataset: dataset_id})
  WHERE v.reported_at <= last_time AND (last_id IS NULL OR v.reported_at < last_time OR v.id < last_id)
    AND ($partition IS NULL OR v.key = $partition)
  RETURN v.id AS version_id
  ORDER BY v.reported_at DESC, v.id DESC
  LIMIT $limit
}
RETURN dataset_id AS dataset, version_id AS id
