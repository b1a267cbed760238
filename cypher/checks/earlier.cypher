// name:    checks.earlier
// purpose: The published versions of some partitions, newest first: what another version of the same partition is compared with.
// param:   partitions list of string - ids
// param:   besides list of string - ids of versions that are not compared with themselves
// param:   limit integer - how many for each partition
// returns: partition, version, key, row_count - in order within a partition
// access:  read
UNWIND $partitions AS partition_id
CALL (partition_id) {
  MATCH (:Partition {id: partition_id})-[:HAS_VERSION]->(v:DatasetVersion)
  WHERE v.state IN ['PUBLISHED', 'SUPERSEDED'] AND v.published_at IS NOT NULL AND NOT v.id IN $besides
  RETURN v.id AS version, v.key AS key, v.row_count AS row_count
  ORDER BY v.published_at DESC, v.id DESC
  LIMIT $limit
}
RETURN partition_id AS partition, version, key, row_count
