// name:    readiness.latest
// purpose: The newest partitions of datasets that have a good version, up to a key. Read after the lock.
// param:   wanted list of map {job_partition, dataset, up_to: key or null for no limit}
// param:   most integer - so many of each
// returns: job_partition string, dataset string, key string, version string, published_at datetime, first_at datetime, data_at datetime - newest first by their keys; none where nothing is there
// access:  read
UNWIND $wanted AS x
CALL (x) {
  MATCH (p:Partition)
  WHERE p.dataset = x.dataset AND (x.up_to IS NULL OR p.key <= x.up_to)
    AND EXISTS { MATCH (p)-[:CURRENT]->(:DatasetVersion) }
  RETURN p ORDER BY p.key DESC LIMIT $most
}
MATCH (p)-[:CURRENT]->(v:DatasetVersion)
MATCH (p)-[:HAS_VERSION]->(f:DatasetVersion)
WHERE f.published_at IS NOT NULL
RETURN x.job_partition AS job_partition, x.dataset AS dataset, p.key AS key, v.id AS version, v.published_at AS published_at,
  min(f.published_at) AS first_at, coalesce(v.confirmed_time, v.source_time) AS data_at
ORDER BY job_partition, dataset, key DESC
