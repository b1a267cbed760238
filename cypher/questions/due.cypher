// name:    questions.due
// purpose: Where a person must be asked: an input that asks has a current version that no run of the job partition has read, and the job partition had a run. Only after the lock.
// param:   job_partitions list of string
// returns: job_partition, job, key, version, dataset, dataset_name, partition_key - none when there is nothing to ask
// access:  read
UNWIND $job_partitions AS id
MATCH (jp:JobPartition {id: id})
WHERE EXISTS { MATCH (jp)-[:HAS_RUN]->(r:Run) WHERE r.state <> 'SUPERSEDED' }
MATCH (jp)<-[n:NEEDED_BY]-(p:Partition)-[:CURRENT]->(v:DatasetVersion)
WHERE n.asks AND NOT n.triggers
  AND NOT EXISTS { MATCH (v)-[:READ_BY]->(s:Run) WHERE s.job_partition = id AND s.state <> 'SUPERSEDED' }
MATCH (d:Dataset {id: n.dataset})
RETURN jp.id AS job_partition, jp.job AS job, jp.key AS key, v.id AS version, d.id AS dataset,
  d.namespace + '/' + d.name AS dataset_name, p.key AS partition_key
