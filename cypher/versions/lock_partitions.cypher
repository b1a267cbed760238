// name:    versions.lock_partitions
// purpose: Locks partitions, then looks: what is current there, and is the candidate newer in the order of source times.
// param:   candidates list of map {partition, version} - sorted by partition
// param:   token string - fresh for each attempt
// returns: partition, version, content_hash, current, current_hash, newer boolean - one row each
// access:  write
UNWIND $candidates AS x
MATCH (p:Partition {id: x.partition})
SET p._lock = $token
WITH p, x
MATCH (v:DatasetVersion {id: x.version})
OPTIONAL MATCH (p)-[:CURRENT]->(o:DatasetVersion)
RETURN p.id AS partition, v.id AS version, v.content_hash AS content_hash, o.id AS current, o.content_hash AS current_hash,
  o.id IS NULL OR o.source_time < v.source_time OR (o.source_time = v.source_time AND o.id < v.id) AS newer
