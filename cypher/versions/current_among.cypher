// name:    versions.current_among
// purpose: Which of these partitions have a good version now: what all who wait for one ask together.
// param:   partitions list of string - ids
// returns: partition string, version string, published_at datetime - one row each, of those that have one
// access:  read
UNWIND $partitions AS id
MATCH (p:Partition {id: id})-[:CURRENT]->(v:DatasetVersion)
RETURN p.id AS partition, v.id AS version, v.published_at AS published_at
