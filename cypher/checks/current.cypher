// name:    checks.current
// purpose: What readers get now of some partitions, as far as a check must know it.
// param:   partitions list of string - ids
// returns: partition, version, key, format, location, row_count, metrics - no row for a partition without a good version
// access:  read
UNWIND $partitions AS partition_id
MATCH (p:Partition {id: partition_id})-[:CURRENT]->(v:DatasetVersion)
RETURN p.id AS partition, v.id AS version, v.key AS key, v.format AS format, v.location AS location, v.row_count AS row_count,
  v.metrics AS metrics
