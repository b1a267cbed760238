// name:    lineage.version_at
// purpose: The good version that readers of a partition got at a moment.
// param:   partitions list of string - ids of the partition, under each name of its dataset
// param:   at datetime - the moment
// returns: id string - no row when there was none
// access:  read
UNWIND $partitions AS partition
MATCH (:Partition {id: partition})-[:HAS_VERSION]->(v:DatasetVersion)
WHERE v.published_at <= $at AND v.state IN ['PUBLISHED', 'SUPERSEDED', 'EXPIRED', 'RETIRED']
RETURN v.id AS id
ORDER BY v.source_time DESC, v.id DESC
LIMIT 1
