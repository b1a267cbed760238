// name:    versions.last_good
// purpose: The newest good version of a partition that has no current one. Only after the lock of the partition.
// param:   partition string
// returns: id string - no row: it has a current version, or there is nothing good
// access:  read
MATCH (p:Partition {id: $partition})
WHERE NOT EXISTS { MATCH (p)-[:CURRENT]->(:DatasetVersion) }
MATCH (p)-[:HAS_VERSION]->(v:DatasetVersion)
WHERE v.state = 'SUPERSEDED'
RETURN v.id AS id
ORDER BY coalesce(v.confirmed_time, v.source_time) DESC, coalesce(v.confirmed_by, v.id) DESC
LIMIT 1
