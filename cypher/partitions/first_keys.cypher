// name:    partitions.first_keys
// purpose: The first partitions of a dataset of which a version was ever reported.
// param:   dataset string - dataset id
// param:   limit integer - how many
// returns: key string - in order, the first key first
// access:  read
MATCH (p:Partition {dataset: $dataset})
WHERE EXISTS { MATCH (p)-[:HAS_VERSION]->(:DatasetVersion) }
RETURN p.key AS key
ORDER BY p.key
LIMIT $limit
