// name:    readiness.there
// purpose: What there is for job partitions that wait on terms: in each partition that they need, or that may stand in, the current version and since when anything was there. Read after the lock.
// param:   ids list of string - job partition ids
// returns: job_partition, generation integer, look_again_at datetime or null, awaits string or null, now datetime, partition string or null, expired boolean, skipped boolean, version string or null, published_at, first_at, data_at datetime or null - one row per partition, at least one per job partition
// access:  read
UNWIND $ids AS id
MATCH (jp:JobPartition {id: id})
OPTIONAL MATCH (jp)<-[:NEEDED_BY]-(p:Partition)
OPTIONAL MATCH (p)-[:CURRENT]->(v:DatasetVersion)
OPTIONAL MATCH (p)-[:HAS_VERSION]->(f:DatasetVersion) WHERE f.published_at IS NOT NULL
WITH jp, p, v, min(f.published_at) AS first_at
RETURN jp.id AS job_partition, coalesce(jp.generation, 0) AS generation, jp.look_again_at AS look_again_at, jp.awaits AS awaits,
  datetime.realtime() AS now, p.id AS partition, coalesce(p.expired = 1, false) AS expired, p.skipped IS NOT NULL AS skipped, v.id AS version,
  v.published_at AS published_at, first_at, coalesce(v.confirmed_time, v.source_time) AS data_at
