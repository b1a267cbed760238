// name:    versions.lock_partitions
// purpose: Locks partitions, then looks: what is current there, and is the candidate newer in the order of source times.
// param:   candidates list of map {partition, version} - sorted by partition
// param:   token string - fresh for each attempt
// returns: partition, version, content_hash, current, current_hash, newer boolean - one row each, newest of a partition first
// access:  write
UNWIND $candidates AS x
MATCH (p:Partition {id: x.partition})
SET p._lock = $token
WITH p, x
MATCH (v:DatasetVersion {id: x.version})
OPTIONAL MATCH (p)-[:CURRENT]->(o:DatasetVersion)
WITH p, v, o, coalesce(o.confirmed_time, o.source_time) AS time, coalesce(o.confirmed_by, o.id) AS tie,
  coalesce(v.confirmed_time, v.source_time) AS own_time, coalesce(v.confirmed_by, v.id) AS own_tie
RETURN p.id AS partition, v.id AS version, v.content_hash AS content_hash, o.id AS current, o.content_hash AS current_hash,
  o.id IS NULL OR time < own_time OR (time = own_time AND tie < own_tie) AS newer
ORDER BY partition, v.source_time DESC, v.id DESC
