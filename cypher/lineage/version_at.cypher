// name:    lineage.version_at
// purpose: The good version that readers of a partition got at a moment.
// param:   partition string - id of the partition
// param:   at datetime - the moment
// returns: id string - no row when there was none
// access:  read
MATCH (:Partition {id: $partition})-[:HAS_VERSION]->(v:DatasetVersion)
WHERE v.published_at <= $at AND v.state IN ['PUBLISHED', 'SUPERSEDED', 'EXPIRED', 'RETIRED']
RETURN v.id AS id
ORDER BY v.source_time DESC, v.id DESC
LIMIT 1
