// name:    datasets.list_partitions
// purpose: What each partition of some datasets holds, newest partition first, one page for each dataset.
// param:   ids list of string - dataset ids
// param:   before string - only partitions whose key is less than this; null: from the newest
// param:   limit integer - how many for each dataset
// returns: dataset string, key string, current list of {id, published_at, row_count}, versions list of {id, state, reason, source_time, published_at} - in order within a dataset after sorting by key
// access:  read
UNWIND $ids AS dataset_id
CALL (dataset_id) {
  MATCH (p:Partition {dataset: dataset_id})
  WHERE $before IS NULL OR p.key < $before
  RETURN p
  ORDER BY p.key DESC
  LIMIT $limit
}
RETURN dataset_id AS dataset, p.key AS key,
       COLLECT {
         MATCH (p)-[:CURRENT]->(c:DatasetVersion)
         RETURN {id: c.id, published_at: c.published_at, row_count: c.row_count}
       } AS current,
       COLLECT {
         MATCH (p)-[:HAS_VERSION]->(v:DatasetVersion)
         RETURN {id: v.id, state: v.state, reason: v.reason, source_time: v.source_time, published_at: v.published_at}
       } AS versions
