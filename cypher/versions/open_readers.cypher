// name:    versions.open_readers
// purpose: The job partitions with a run, waiting or running, that reads a version or another one of its partition with the same content.
// param:   version string
// returns: id string, job string, key string - one row each
// access:  read
MATCH (v:DatasetVersion {id: $version})
MATCH (p:Partition {id: v.partition})-[:HAS_VERSION]->(t:DatasetVersion)
WHERE t.id = v.id OR t.content_hash = v.content_hash
MATCH (t)-[:READ_BY]->(r:Run)
WHERE r.open = 1 AND r.kind = 'job'
RETURN DISTINCT r.job_partition AS id, r.job AS job, r.key AS key
