// name:    retention.newest_partition
// purpose: The key that so many partitions of a dataset with something current reach back to.
// param:   dataset string - dataset id
// param:   before integer - how many partitions are newer than the one asked for
// returns: key string - no row: there are fewer
// access:  read
MATCH (p:Partition {dataset: $dataset})
WHERE EXISTS { MATCH (p)-[:CURRENT]->(:DatasetVersion) }
RETURN p.key AS key
ORDER BY key DESC SKIP $before LIMIT 1
