// name:    readiness.ready_inputs
// purpose: Which of these job partitions are ready, the versions that each would read, and its generation. Read after the lock.
// param:   ids list of string - job partition ids
// returns: job_partition string, version string, triggers boolean, generation integer - no row: a required input is missing and not skipped, nothing is there, or an input, even an optional one, has expired
// access:  read
UNWIND $ids AS id
MATCH (jp:JobPartition {id: id})
WHERE NOT EXISTS {
  MATCH (jp)<-[n:NEEDED_BY]-(missing:Partition)
  WHERE missing.expired = 1 OR (n.required AND missing.skipped IS NULL AND NOT EXISTS { MATCH (missing)-[:CURRENT]->(:DatasetVersion) })
}
MATCH (jp)<-[n:NEEDED_BY]-(:Partition)-[:CURRENT]->(v:DatasetVersion)
RETURN jp.id AS job_partition, v.id AS version, n.triggers AS triggers, coalesce(jp.generation, 0) AS generation
