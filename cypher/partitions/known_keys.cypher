// name:    partitions.known_keys
// purpose: The partitions of a dataset of which a version was ever reported, the last key first.
// param:   dataset string - dataset id
// param:   before string - only keys less than this; null: from the last
// param:   limit integer - how many
// returns: key string - in order
// access:  read
MATCH (p:Partition {dataset: $dataset})
WHERE ($before IS NULL OR p.key < $before) AND EXISTS { MATCH (p)-[:HAS_VERSION]->(:DatasetVersion) }
RETURN p.key AS key
ORDER BY p.key DESC
LIMIT $limit
